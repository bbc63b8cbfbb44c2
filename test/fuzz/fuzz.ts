// Fuzzing of the decoders: `npm run fuzz [seconds] [seed]`. Every mutation of a real payload must be decoded, or refused
// with a coded error, in bounded time. The test suite runs the same for a moment.

import { isVolleyError } from '../../functions/errors.ts'
import { createRandom, mutate } from './mutate.ts'
import { type Subject, subjects } from './payloads.ts'

export interface FuzzReport {
  readonly rounds: number
  readonly accepted: number
  /** How often each code came up. */
  readonly codes: ReadonlyMap<string, number>
  readonly slowestMs: number
  readonly failures: readonly string[]
}

/** No decoding of a payload of these sizes has a reason to take as long. */
const MAX_MS = 2000

/** Decodes mutations until `rounds` are done or time is up. */
export function fuzz(seed: number, rounds: number, milliseconds: number): FuzzReport {
  const random = createRandom(seed)
  const codes = new Map<string, number>()
  const failures: string[] = []
  const end = performance.now() + milliseconds
  let [round, accepted, slowestMs] = [0, 0, 0]
  for (; round < rounds && performance.now() < end && failures.length < 10; round++) {
    const subject = subjects[random(subjects.length)]
    const other = subjects[random(subjects.length)]
    if (subject === undefined || other === undefined) continue
    const bytes = mutate(subject.bytes, random, other.bytes)
    const startedAt = performance.now()
    const outcome = outcomeOf(subject, bytes)
    const took = performance.now() - startedAt
    slowestMs = Math.max(slowestMs, took)
    if (outcome === undefined) accepted++
    else if (isVolleyError(outcome) && /^(wire|closure)_/.test(outcome.code))
      codes.set(outcome.code, (codes.get(outcome.code) ?? 0) + 1)
    else failures.push(`${subject.name}, round ${round}: ${(outcome as Error).stack}\n${bytes.toString('base64')}`)
    if (took > MAX_MS) failures.push(`${subject.name}, round ${round}: took ${took} ms\n${bytes.toString('base64')}`)
  }
  return { rounds: round, accepted, codes, slowestMs, failures }
}

function outcomeOf({ decode }: Subject, bytes: Uint8Array): unknown {
  try {
    decode(bytes)
    return undefined
  } catch (error) {
    return error
  }
}

if (import.meta.main) {
  const [seconds = 600, seed = Date.now() % 2 ** 31] = process.argv.slice(2).map(Number)
  console.log(`seed ${seed}`)
  const { codes, failures, ...rest } = fuzz(seed, Number.POSITIVE_INFINITY, seconds * 1000)
  console.log({ ...rest, codes: Object.fromEntries(codes), heapMb: Math.round(process.memoryUsage().rss / 2 ** 20) })
  for (const failure of failures) console.error(failure)
  process.exitCode = failures.length === 0 ? 0 : 1
}
