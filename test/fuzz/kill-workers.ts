// Kills the workers of a real pool at random, while they start, serve and wait, and counts what becomes of its tasks.
// `npm run fuzz:pool` does it for a minute; the tests do it for a few seconds.

import { setTimeout as delay } from 'node:timers/promises'
import { isVolleyError } from '../../functions/errors.ts'
import { ForkPool } from '../../runtime/pool/pool.ts'

export interface KillReport {
  readonly kills: number
  readonly done: number
  /** Failed tasks by their code. */
  readonly failed: Readonly<Record<string, number>>
  /** Tasks that succeeded once the killing had ended. */
  readonly after: number
  /** Workers that were idle at the end. */
  readonly idle: number
}

const workers = 2
const last = 10

/** Runs tasks on a pool of two for a while, and kills a worker every `everyMs` on average. */
export async function killWorkers(forMs: number, everyMs: number): Promise<KillReport> {
  const entry = new URL('../fixtures/workers/echo.ts', import.meta.url)
  await using pool = ForkPool.fork({ workers, entry })
  const end = performance.now() + forMs
  let [kills, done, after] = [0, 0, 0]
  const failed: Record<string, number> = {}
  const run = async (): Promise<boolean> => {
    try {
      const task = Buffer.from(JSON.stringify({ text: 'x', sleepMs: Math.random() * 20 }))
      const { stream, done } = await pool.run({ task }, { signal: new AbortController().signal })
      done.catch(() => {})
      for await (const _ of stream) {
      }
      await done
      return true
    } catch (error) {
      const code = isVolleyError(error) ? error.code : String(error)
      failed[code] = (failed[code] ?? 0) + 1
      return false
    }
  }
  const submit = async (): Promise<void> => {
    while (performance.now() < end) done += (await run()) ? 1 : 0
  }
  const kill = async (): Promise<void> => {
    while (performance.now() < end) {
      await delay(Math.random() * 2 * everyMs)
      // Where none ever gets ready, tasks are refused: that is another test.
      if (Math.random() < 0.5) await pool.ready()
      const pids = pool.pids()
      const pid = pids[Math.floor(Math.random() * pids.length)]
      if (pid === undefined) continue
      kills += wasKilled(pid) ? 1 : 0
    }
  }
  await Promise.all([submit(), submit(), submit(), submit(), kill()])
  await delay(200) // the last kill must have been noticed
  for (let task = 0; task < last; task++) after += (await run()) ? 1 : 0
  for (let wait = 0; wait < 100 && pool.stats().idle < workers; wait++) await delay(50)
  return { kills, done, failed, after, idle: pool.stats().idle }
}

function wasKilled(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL')
  } catch {
    return false // it had ended already
  }
}

if (import.meta.main) {
  const report = await killWorkers(60_000, 100)
  console.log(report)
  const { kills, failed, after, idle } = report
  const isWell = Object.keys(failed).every((code) => code === 'worker_lost') && (failed.worker_lost ?? 0) <= kills
  process.exitCode = isWell && after === last && idle === workers ? 0 : 1
}
