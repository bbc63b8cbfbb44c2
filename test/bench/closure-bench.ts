// How long shipping takes: a repeated capture with and without the inspector, a repeated revival, a hot loop that was shipped
// against the original, and large captured values against node:v8. Run it with `node test/bench/closure-bench.ts`; nothing
// here fails a build.

import { deserialize, serialize } from 'node:v8'
import { captureClosure, reviveClosure } from '../../runtime/codec/closure/index.ts'
import { automatic, captures, explicit, loop } from './data/closures.ts'
import { largeCaptures } from './data/large-captures.ts'

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

for (const { name, value, rounds } of largeCaptures) {
  const closure = () => value
  const capture = () => captureClosure(closure, { onWarning: () => {} })
  const { bytes } = capture()
  const data = serialize(value)
  const times = [
    ['capture', await medianMicros(rounds, capture)],
    ['v8.serialize', await medianMicros(rounds, () => serialize(value))],
    ['revive', await medianMicros(rounds, () => reviveClosure(bytes))],
    ['v8.deserialize', await medianMicros(rounds, () => deserialize(data))],
    ['structuredClone', await medianMicros(rounds, () => structuredClone(value))],
  ] as const
  const shown = times.map(([step, micros]) => `${step} ${(micros / 1000).toFixed(2)}`).join(', ')
  console.log(`${name}, ms: ${shown}; ${bytes.length} bytes, ${data.length} of v8`)
}

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
