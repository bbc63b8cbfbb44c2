// The results of a plan's stages, one stage after another: what all but the last give goes into a
// shuffle store, from which the tasks of the next read. Knows bytes and counts, never what a task means.

import { CancelledError } from '../../functions/errors.ts'
import type { Backend, TaskRequest } from '../backend.ts'
import { PartitionFrameReader } from '../codec/partition-frames.ts'
import { type OrderedEvents, orderedResults, taskEnd } from './ordered-results.ts'
import { ShuffleStore } from './shuffle-store.ts'

/** A stage ready to run. */
export interface StageRequests {
  readonly requests: readonly TaskRequest[]
  /** How many tasks of the next stage its results are partitioned for; absent, one task takes them all. */
  readonly partitions?: number | undefined
  /** Once its first tasks have given this many rows, the others need not run. */
  readonly fetch?: number | undefined
}

/**
 * Runs the stages and gives the bytes of the last one.
 *
 * @param eventsOf - Watches the tasks of a stage.
 * @throws The first failure, or the reason of `signal`.
 */
export async function* stageResults(
  stages: readonly StageRequests[],
  backend: Backend,
  eventsOf: (stage: number) => OrderedEvents,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let results: ShuffleStore | undefined
  let tasks: number | undefined
  try {
    for (const [s, stage] of stages.entries()) {
      const before = results
      const requests = stage.requests.map((request, partition) =>
        before === undefined ? request : { ...request, input: before.input(partition, tasks) },
      )
      if (s === stages.length - 1) yield* orderedResults(requests, backend, eventsOf(s), signal)
      else {
        results = new ShuffleStore()
        tasks = await collect({ ...stage, requests }, backend, results, eventsOf(s), signal).finally(() =>
          before?.[Symbol.asyncDispose](),
        )
      }
    }
  } finally {
    await results?.[Symbol.asyncDispose]()
  }
}

/**
 * Runs a stage's tasks side by side into a store.
 *
 * @returns How many of its tasks, counted from the first, the next stage has to read.
 */
async function collect(
  { requests, partitions, fetch }: StageRequests,
  backend: Backend,
  store: ShuffleStore,
  events: OrderedEvents,
  signal: AbortSignal,
): Promise<number> {
  const end = new AbortController()
  const both = AbortSignal.any([signal, end.signal])
  const rows = new Map<number, number>()
  let needed = requests.length
  let next = 0

  const run = async (request: TaskRequest, index: number): Promise<void> => {
    const task = await backend.run(request, { signal: both, ...events.taskEvents(index) })
    const partitioned = partitions === undefined ? undefined : new PartitionFrameReader(partitions)
    const reading = async (): Promise<void> => {
      for await (const chunk of task.stream) {
        if (partitioned === undefined) await store.write(index, 0, chunk)
        else for (const { partition, bytes } of partitioned.push(chunk)) await store.write(index, partition, bytes)
      }
    }
    const stats = await taskEnd(task, reading())
    partitioned?.end()
    rows.set(index, stats.rows)
    events.onTaskDone(index, stats)
    needed = Math.min(needed, tasksFor(fetch, rows) ?? needed)
    if (needed < requests.length) end.abort(new CancelledError('cancelled', 'There are enough rows'))
  }
  const runNext = async (): Promise<void> => {
    for (let index = next++; index < needed; index = next++) {
      const request = requests[index]
      if (request === undefined) return
      try {
        await run(request, index)
      } catch (error) {
        // Tasks that turned out not to be needed may end as they like.
        if (index >= needed) return
        end.abort(error)
        throw error
      }
    }
  }
  const outcomes = await Promise.allSettled(Array.from({ length: backend.concurrency }, runNext))
  signal.throwIfAborted()
  if (outcomes.some(({ status }) => status === 'rejected')) throw end.signal.reason
  return needed
}

/** How many of the first tasks have enough rows between them; undefined while there are too few, or some still run. */
function tasksFor(fetch: number | undefined, rows: ReadonlyMap<number, number>): number | undefined {
  let sum = 0
  for (let task = 0; fetch !== undefined; task++) {
    if (sum >= fetch) return task
    const own = rows.get(task)
    if (own === undefined) return undefined
    sum += own
  }
  return undefined
}
