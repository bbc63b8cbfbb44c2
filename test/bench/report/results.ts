// Measured workloads as plain data, with ratios and goals: what the console, results.json and the documentation show.

import type { Timing } from '../measure/interleave.ts'
import type { Engine, Workload } from '../measure/workload.ts'

export interface MeasuredVariant {
  readonly engine: Engine
  readonly label: string
  readonly aside: boolean
  readonly medianMs: number
  readonly minMs: number
  /** Processor time of this process's threads: steadier than the clock on a busy machine. Without child processes. */
  readonly cpuMs: number
  /** In the workload's unit. */
  readonly value: number
  /** This variant's time over ours: above 1 we are faster. */
  readonly ratio: number
}

export interface MeasuredGoal {
  readonly against: Engine
  readonly factor: number
  /** Of the engine's fastest variant. */
  readonly ratio: number
  readonly met: boolean
}

export interface MeasuredWorkload {
  readonly name: string
  readonly title: string
  readonly work: string
  readonly unit: Workload['unit']
  readonly size: number
  readonly rounds: number
  readonly variants: readonly MeasuredVariant[]
  /** Packages that would have taken part if they had been installed. */
  readonly missing: readonly string[]
  readonly goals: readonly MeasuredGoal[]
}

/** What was run where. */
export interface BenchResults {
  readonly date: string
  readonly machine: { readonly cpu: string; readonly cores: number; readonly platform: string }
  readonly versions: Readonly<Record<string, string>>
  /** Rows of `lineitem`. */
  readonly rows: number
  readonly workloads: readonly MeasuredWorkload[]
}

export function measured(workload: Workload, timings: readonly Timing[]): MeasuredWorkload {
  const { name, title, work, unit, size, missing } = workload
  const fastest = (engine: Engine): number =>
    Math.min(
      ...timings.filter(({ variant }) => variant.engine === engine && !variant.aside).map(({ medianMs }) => medianMs),
    )
  const ours = fastest('volley')
  return {
    name,
    title,
    work,
    unit,
    size,
    rounds: timings[0]?.rounds ?? 0,
    variants: timings.map(({ variant: { engine, label, aside }, medianMs, minMs, cpuMs }) => ({
      engine,
      label,
      aside,
      medianMs: rounded(medianMs),
      minMs: rounded(minMs),
      cpuMs: rounded(cpuMs),
      value: rounded(inUnit(unit, medianMs, size)),
      ratio: rounded(medianMs / ours),
    })),
    missing,
    goals: workload.goals.map(({ against, factor }) => {
      const ratio = rounded(fastest(against) / ours)
      return { against, factor, ratio, met: ratio >= factor }
    }),
  }
}

function inUnit(unit: Workload['unit'], ms: number, size: number): number {
  if (unit === 'ms') return ms
  if (unit === 'µs') return ms * 1000
  return unit === 'ns' ? (ms * 1e6) / size : size / 1000 / ms
}

const rounded = (value: number): number => Number(value.toPrecision(4))
