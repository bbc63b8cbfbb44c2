// What the tests of the pool share: a pool that is closed after the test and leaves no process behind.

import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import type { TaskOptions, TaskRequest, TaskStats } from '../../../runtime/backend.ts'
import { ForkPool, type PoolOptions } from '../../../runtime/pool/pool.ts'
import type { EchoTask } from '../../fixtures/workers/echo.ts'

export const fixture = (name: string) => new URL(`../../fixtures/workers/${name}.ts`, import.meta.url)

/** A pool of one worker of the fixture, closed after the test; every process it ever had must be gone then. */
export function poolOf(t: Test, name: string, options: PoolOptions = {}): ForkPool {
  const pool = ForkPool.fork({ workers: 1, entry: fixture(name), ...options })
  t.teardown(async () => {
    const pids = pool.pids()
    await pool.close()
    const left = pids.filter(isAlive)
    if (left.length > 0) throw new Error(`processes left behind: ${left}`)
  })
  return pool
}

export interface Outcome {
  readonly pid: number | undefined
  readonly bytes: Buffer
  readonly stats: TaskStats
}

/** Runs one task and reads all of it. */
export async function runTask(
  pool: ForkPool,
  task: EchoTask | string,
  request: Partial<TaskRequest> = {},
  options: Partial<TaskOptions> = {},
): Promise<Outcome> {
  const run = await start(pool, task, request, options)
  const chunks: Uint8Array[] = []
  for await (const chunk of run.stream) chunks.push(chunk)
  return { pid: run.pid, bytes: Buffer.concat(chunks), stats: await run.done }
}

/** Starts one task without reading. */
export function start(
  pool: ForkPool,
  task: EchoTask | string,
  request: Partial<TaskRequest> = {},
  options: Partial<TaskOptions> = {},
) {
  const bytes = Buffer.from(typeof task === 'string' ? task : JSON.stringify(task))
  return pool.run({ task: bytes, ...request }, { signal: new AbortController().signal, ...options })
}

/** Whether the process exists and is more than an entry nobody has collected. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return process.platform !== 'linux' || !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

/** Waits until it is so; the test fails with it if it never is. */
export async function until(condition: () => boolean, withinMs = 3000): Promise<boolean> {
  const deadline = performance.now() + withinMs
  while (!condition()) {
    if (performance.now() > deadline) return false
    await delay(10)
  }
  return true
}
