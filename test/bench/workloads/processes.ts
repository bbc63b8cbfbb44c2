// Processes and pipes: how long until a worker is ready, and how fast its bytes arrive.

import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { ForkPool } from '../../../runtime/pool/pool.ts'
import { variant, type WorkloadMaker, workload } from '../measure/workload.ts'

const empty = fileURLToPath(new URL('../children/empty.ts', import.meta.url))
const writer = fileURLToPath(new URL('../children/write-stdout.ts', import.meta.url))
const entry = new URL('../../fixtures/workers/stream-bytes.ts', import.meta.url)
const signal = new AbortController().signal

export const startUp: WorkloadMaker = async () =>
  workload({
    name: 'start-up',
    title: 'cold worker, to its first word',
    work: 'from starting the process to `ready`; Node: an empty script, to its first message; ending them is included in neither',
    unit: 'ms',
    size: 1,
    variants: [
      variant('volley', 'Volley worker', startWorker, () => undefined),
      variant('node', 'Node, empty script', startEmpty, () => undefined),
    ],
    close: async () => void (await Promise.all(ending)),
  })

/** Processes that are told to end without being waited for, lest their end be measured. */
const ending: Promise<unknown>[] = []

async function startWorker(): Promise<void> {
  const pool = ForkPool.fork({ workers: 1 })
  await pool.ready()
  ending.push(pool.close())
}

async function startEmpty(): Promise<void> {
  const child = fork(empty)
  await once(child, 'message')
  child.disconnect()
  ending.push(once(child, 'exit'))
}

export const transport: WorkloadMaker = async ({ quick }) => {
  const bytes = quick ? 250_000_000 : 1_000_000_000
  const pool = ForkPool.fork({ workers: 1, entry })
  await pool.ready()
  return workload({
    name: 'transport',
    title: 'bytes from a worker',
    work: 'a worker that computes nothing, its result read chunk by chunk; Node: a child process writing to its stdout',
    unit: 'mb',
    size: bytes,
    variants: [
      variant(
        'volley',
        'Volley, through the pool',
        () => throughPool(pool, bytes),
        () => undefined,
      ),
      variant(
        'node',
        "Node, 'data' events of stdout",
        () => throughStdout(bytes),
        () => undefined,
      ),
    ],
    close: () => pool.close(),
  })
}

async function throughPool(pool: ForkPool, bytes: number): Promise<number> {
  const run = await pool.run({ task: Buffer.from(`${bytes}`) }, { signal })
  let read = 0
  for await (const chunk of run.stream) read += chunk.length
  await run.done
  return complete(read, bytes)
}

/** The child's start is a part of it: some 50 ms. */
async function throughStdout(bytes: number): Promise<number> {
  const child = spawn(process.execPath, [writer, `${bytes}`], { stdio: ['ignore', 'pipe', 'inherit'] })
  let read = 0
  child.stdout.on('data', (chunk: Uint8Array) => {
    read += chunk.length
  })
  await once(child, 'close')
  return complete(read, bytes)
}

function complete(read: number, wanted: number): number {
  if (read !== wanted) throw new Error(`${read} bytes came instead of ${wanted}`)
  return read
}
