// The results of a plan's stages, one stage after another: what all but the last give is spooled, and the spool feeds
// the tasks of the next. Knows bytes and counts, never what a task means.

import { CancelledError } from '../../functions/errors.ts'
import type { Backend, TaskRequest } from '../backend.ts'
import { DealtReader } from '../codec/partition-frames.ts'
import { type OrderedEvents, orderedResults } from './ordered-results.ts'
import { Spool } from './shuffle-store.ts'

/** A stage ready to run. */
export interface StageRequests {
  readonly requests: readonly TaskRequest[]
  /** Among how many tasks its results are dealt; without it one task takes them all. */
  readonly shares?: number | undefined
  /** With that many rows from its first tasks the others need not run. */
  readonly enough?: number | undefined
}

/**
 * Runs the stages and gives the bytes of the last one.
 *
 * @param eventsOf - Who watches the tasks of a stage.
 * @throws What failed first, or the reason of `signal`.
 */
export async function* stageResults(
  stages: readonly StageRequests[],
  backend: Backend,
  eventsOf: (stage: number) => OrderedEvents,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let results: Spool | undefined
  let origins: number | undefined
  try {
    for (const [s, stage] of stages.entries()) {
      const before = results
      const requests = stage.requests.map((request, share) =>
        before === undefined ? request : { ...request, input: before.input(share, origins) },
      )
      if (s === stages.length - 1) yield* orderedResults(requests, backend, eventsOf(s), signal)
      else {
        results = new Spool()
        origins = await collect({ ...stage, requests }, backend, results, eventsOf(s), signal).finally(() =>
          before?.[Symbol.asyncDispose](),
        )
      }
    }
  } finally {
    await results?.[Symbol.asyncDispose]()
  }
}

/**
 * Runs a stage's tasks side by side into a spool.
 *
 * @returns How many of its tasks, from the first, the next stage is to read.
 */
async function collect(
  { requests, shares, enough }: StageRequests,
  backend: Backend,
  spool: Spool,
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
    task.done.catch(() => {})
    const dealt = shares === undefined ? undefined : new DealtReader(shares)
    for await (const chunk of task.stream) {
      if (dealt === undefined) await spool.write(index, 0, chunk)
      else for (const { share, bytes } of dealt.push(chunk)) await spool.write(index, share, bytes)
    }
    const stats = await task.done
    dealt?.end()
    rows.set(index, stats.rows)
    events.onTaskDone(index, stats)
    needed = Math.min(needed, tasksFor(enough, rows) ?? needed)
    if (needed < requests.length) end.abort(new CancelledError('cancelled', 'There are enough rows'))
  }
  const lane = async (): Promise<void> => {
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
  const outcomes = await Promise.allSettled(Array.from({ length: backend.concurrency }, lane))
  signal.throwIfAborted()
  if (outcomes.some(({ status }) => status === 'rejected')) throw end.signal.reason
  return needed
}

/** How many of the first tasks have enough rows together; undefined when they have not, or some still run. */
function tasksFor(enough: number | undefined, rows: ReadonlyMap<number, number>): number | undefined {
  let sum = 0
  for (let task = 0; enough !== undefined; task++) {
    if (sum >= enough) return task
    const own = rows.get(task)
    if (own === undefined) return undefined
    sum += own
  }
  return undefined
}
