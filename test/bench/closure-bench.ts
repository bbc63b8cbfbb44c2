// How long shipping takes: a repeated capture with and without the inspector, a repeated revival, and a hot loop that was
// shipped against the original. Run it with `node test/bench/closure-bench.ts`; nothing here fails a build.

import { captureClosure, reviveClosure } from '../../runtime/codec/closure/index.ts'
import { automatic, captures, explicit, loop } from './data/closures.ts'

const start = performance.now()
const first = captureClosure(automatic)
report('first capture', (performance.now() - start) * 1000, 200_000)

report('repeated capture, automatic', await medianMicros(400, () => captureClosure(automatic)), 300)
report('repeated capture, explicit', await medianMicros(4000, () => captureClosure(explicit, { captures })), 30)
report('repeated revival', await medianMicros(4000, () => reviveClosure(first.bytes)), 20)

const revived = (await reviveClosure(captureClosure(loop).bytes)) as typeof loop
const count = 10_000_000
const times = { original: Number.POSITIVE_INFINITY, revived: Number.POSITIVE_INFINITY }
for (let round = 0; round < 7; round++) {
  times.original = Math.min(
    times.original,
    timeOnce(() => loop(count)),
  )
  times.revived = Math.min(
    times.revived,
    timeOnce(() => revived(count)),
  )
}
const ratio = times.revived / times.original
console.log(
  `hot loop, ${count} calls: original ${times.original.toFixed(1)} ms, revived ${times.revived.toFixed(1)} ms, ratio ${ratio.toFixed(2)} (goal <= 1.2)`,
)

function report(label: string, micros: number, goal: number): void {
  console.log(`${label}: ${micros.toFixed(1)} µs (goal <= ${goal}, ratio ${(micros / goal).toFixed(2)})`)
}

async function medianMicros(rounds: number, run: () => unknown): Promise<number> {
  const samples: number[] = []
  for (let round = 0; round < rounds * 2; round++) {
    const begin = performance.now()
    await run()
    if (round >= rounds) samples.push((performance.now() - begin) * 1000)
  }
  return samples.sort((a, b) => a - b)[rounds >> 1] ?? 0
}

function timeOnce(run: () => unknown): number {
  const begin = performance.now()
  run()
  return performance.now() - begin
}
