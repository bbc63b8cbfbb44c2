// Runs a workload: first every variant once, comparing results, then all of them in turn, round after round, so that
// whatever else the machine does meets all alike. Times are medians.

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Cells } from './cells.ts'
import { difference } from './equality.ts'
import type { Variant, Workload } from './workload.ts'

export interface Timing {
  readonly variant: Variant
  /** Median of one run, in milliseconds. */
  readonly medianMs: number
  readonly minMs: number
  readonly rounds: number
}

export interface MeasureOptions {
  /** How long the timed rounds of one workload may take together; there are at least `minRounds`. */
  readonly budgetMs: number
  readonly minRounds: number
  readonly maxRounds: number
}

/** A variant gave another result than the first one, or failed. */
export class Mismatch extends Error {}

/**
 * Measures a workload.
 *
 * @throws {Mismatch} When two variants disagree; nothing is timed then.
 */
export async function measure(workload: Workload, options: MeasureOptions): Promise<readonly Timing[]> {
  await compareResults(workload)
  const warm = await runRound(workload)
  const roundMs = warm.reduce((sum, ms) => sum + ms, 0)
  const { minRounds, maxRounds, budgetMs } = options
  const rounds = Math.max(minRounds, Math.min(maxRounds, Math.floor(budgetMs / roundMs)))
  const times = workload.variants.map((): number[] => [])
  for (let round = 0; round < rounds; round++) {
    for (const [at, ms] of (await runRound(workload)).entries()) times[at]?.push(ms)
  }
  return workload.variants.map((variant, at) => {
    const own = times[at] ?? []
    return { variant, medianMs: median(own), minMs: Math.min(...own), rounds }
  })
}

async function compareResults({ variants, order, tolerance }: Workload): Promise<void> {
  let first: { readonly label: string; readonly cells: Cells } | undefined
  for (const variant of variants) {
    const cells = await resultOf(variant)
    if (cells === undefined) continue
    first ??= { label: variant.label, cells }
    const found = difference(first.cells, cells, { order, tolerance })
    if (found !== undefined) throw new Mismatch(`"${variant.label}" differs from "${first.label}": ${found}`)
  }
}

async function resultOf(variant: Variant): Promise<Cells | undefined> {
  try {
    return await variant.cells(await variant.run())
  } catch (cause) {
    throw new Mismatch(`"${variant.label}" failed: ${cause instanceof Error ? cause.message : cause}`, { cause })
  }
}

async function runRound({ variants, repeat }: Workload): Promise<readonly number[]> {
  const times: number[] = []
  for (const variant of variants) {
    collectGarbage()
    const start = performance.now()
    for (let i = 0; i < repeat; i++) {
      const result = variant.run()
      if (result instanceof Promise) await result
    }
    times.push((performance.now() - start) / repeat)
  }
  return times
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2
}

/** Each run starts with an empty heap and pays for what it leaves during its own time only. */
const collectGarbage: () => void = (() => {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
})()
