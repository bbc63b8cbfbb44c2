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
  /** Median processor time of this process, all its threads together; what a child process takes is not in it. */
  readonly cpuMs: number
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
  let warm = await runRound(workload, 0)
  for (let round = 1; round < workload.warmRounds; round++) warm = await runRound(workload, round)
  const roundMs = warm.reduce((sum, { ms }) => sum + ms, 0)
  const { minRounds, maxRounds, budgetMs } = options
  const rounds = Math.max(minRounds, Math.min(maxRounds, Math.floor(budgetMs / roundMs)))
  const runs = workload.variants.map((): Run[] => [])
  for (let round = 0; round < rounds; round++) {
    for (const [at, run] of (await runRound(workload, round)).entries()) runs[at]?.push(run)
  }
  return workload.variants.map((variant, at) => {
    const times = (runs[at] ?? []).map(({ ms }) => ms)
    const cpuTimes = (runs[at] ?? []).map(({ cpuMs }) => cpuMs)
    return { variant, medianMs: median(times), minMs: Math.min(...times), cpuMs: median(cpuTimes), rounds }
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
    variant.setUp?.()
    return await variant.cells(await variant.run())
  } catch (cause) {
    throw new Mismatch(`"${variant.label}" failed: ${cause instanceof Error ? cause.message : cause}`, { cause })
  } finally {
    variant.tearDown?.()
  }
}

interface Run {
  readonly ms: number
  readonly cpuMs: number
}

/** Runs every variant once. Each round begins with another one, so that nobody always gets the memory just freed. */
async function runRound({ variants, repeat }: Workload, first: number): Promise<readonly Run[]> {
  const runs: Run[] = []
  collectGarbage()
  // Native memory goes with its JavaScript object, but only once the event loop turns.
  await new Promise(setImmediate)
  for (let turn = 0; turn < variants.length; turn++) {
    const at = (first + turn) % variants.length
    const variant = variants[at] as Variant
    variant.setUp?.()
    const cpuStart = process.cpuUsage()
    const start = performance.now()
    if (variant.repeat !== undefined) await variant.repeat(repeat)
    for (let i = 0; variant.repeat === undefined && i < repeat; i++) {
      const result = variant.run()
      if (result instanceof Promise) await result
    }
    const ms = (performance.now() - start) / repeat
    const { user, system } = process.cpuUsage(cpuStart)
    runs[at] = { ms, cpuMs: (user + system) / 1000 / repeat }
    variant.tearDown?.()
  }
  return runs
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2
}

/**
 * Each round starts with an empty heap. Within a round nothing is collected by force: that would take from an engine the
 * memory it is about to use again, and hide what our own garbage costs.
 */
const collectGarbage: () => void = (() => {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
})()
