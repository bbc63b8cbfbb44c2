// Many small calls through imapUnordered while workers are killed at random: no result may be lost or given twice, and memory
// must not grow with their number. `npm run fuzz:pool` makes 100,000 of them.

import { setTimeout as delay } from 'node:timers/promises'
import { WorkerPool } from '../../runtime/index.ts'

const count = Number(process.argv[2] ?? 100_000)
const killEveryMs = 150

/** A bit for each item whose result came. */
const seen = new Uint8Array(count)
let [given, twice, wrong, kills, isOver] = [0, 0, 0, 0, false]
const heaps: number[] = []

function* items() {
  for (let n = 0; n < count; n++) yield n
}

await using pool = WorkerPool.fork({ workers: 2 })
await pool.ready()

const kill = async (): Promise<void> => {
  while (!isOver) {
    await delay(Math.random() * 2 * killEveryMs)
    await pool.ready()
    const pids = pool.pids()
    const pid = pids[Math.floor(Math.random() * pids.length)]
    if (pid === undefined || isOver) continue
    try {
      process.kill(pid, 'SIGKILL')
      kills += 1
    } catch {
      // it had ended already
    }
  }
}
const killing = kill()

const startedAt = performance.now()
for await (const [n, square] of pool.imapUnordered((n: number) => [n, n * n] as const, items(), { retries: 20 })) {
  twice += seen[n] ?? 0
  seen[n] = 1
  wrong += square === n * n ? 0 : 1
  given += 1
  if (given % (count / 20) === 0) {
    globalThis.gc?.()
    heaps.push(Math.round(process.memoryUsage().heapUsed / 2 ** 20))
  }
}
isOver = true
const elapsedMs = Math.round(performance.now() - startedAt)
await killing

const lost = seen.reduce((sum, bit) => sum + 1 - bit, 0)
const { lost: lostWorkers } = pool.stats()
console.log({ count, given, lost, twice, wrong, kills, lostWorkers, elapsedMs, heapMiB: heaps.join(' ') })
const early = Math.max(...heaps.slice(0, 5))
const isFlat = heaps.slice(-5).every((heap) => heap < early + 10)
process.exitCode = lost + twice + wrong === 0 && isFlat ? 0 : 1
