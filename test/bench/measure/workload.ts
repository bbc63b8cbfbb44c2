// What a workload of the benchmark is: one piece of work, done by several engines, and the goals it is held to.

import type { Cells } from './cells.ts'

/** Who does the work. `hand`: a loop written by hand; `node`: Node alone. */
export type Engine = 'volley' | 'duckdb' | 'polars' | 'arquero' | 'pulumi' | 'datafusion' | 'ray' | 'hand' | 'node'

/** One way to do the work. */
export interface Variant {
  readonly engine: Engine
  readonly label: string
  /** For information: it does less, more or other work than the rest, and counts for no goal. */
  readonly aside: boolean
  /** What is done before and after each run, outside the time. */
  setUp?(): void
  tearDown?(): void
  run(): unknown
  /** Does the work so many times, for those who work elsewhere: otherwise each time would be a message. Default: `run`. */
  repeat?(times: number): Promise<unknown>
  /** What a run gave, for comparison; undefined when there is nothing to compare. */
  cells(result: unknown): Cells | undefined | Promise<Cells | undefined>
}

export interface Goal {
  readonly against: Engine
  /** The peer's time must be at least this many times ours. */
  readonly factor: number
}

export interface Workload {
  /** For `--only`. */
  readonly name: string
  readonly title: string
  /** What is done, and what of materialising the result is part of the time. */
  readonly work: string
  /** `ns`: per row; `ms` and `µs`: per run; `mb`: megabytes a second. */
  readonly unit: 'ns' | 'ms' | 'µs' | 'mb'
  /** Rows (for `mb`: bytes) that one run deals with. */
  readonly size: number
  readonly order: 'same' | 'any'
  readonly tolerance: number
  readonly goals: readonly Goal[]
  readonly variants: readonly Variant[]
  /** Packages that would take part if they were installed. */
  readonly missing: readonly string[]
  /** How many times one timed run does the work; more for what takes microseconds. */
  readonly repeat: number
  /** Rounds before the timed ones; more for work that is over before its code has been optimised. */
  readonly warmRounds: number
  close(): Promise<void>
}

/** What a run may use: how many rows, and engines with their tables, made when first asked for. */
export interface Scale {
  readonly quick: boolean
  /** Rows of `lineitem`. */
  readonly rows: number
  /** Rows for work that costs peers microseconds a row. */
  readonly fewRows: number
}

export type WorkloadMaker = (scale: Scale) => Promise<Workload>

/** A way to do the work; `cells` gets what `run` gave. */
export function variant<Result>(
  engine: Engine,
  label: string,
  run: () => Result,
  cells: (result: Awaited<Result>) => Cells | undefined | Promise<Cells | undefined>,
  { aside = false } = {},
): Variant {
  return { engine, label, aside, run, cells: (result) => cells(result as Awaited<Result>) }
}

type Described = Pick<Workload, 'name' | 'title' | 'work' | 'size' | 'variants'>

/** A workload with the defaults: nanoseconds a row, rows in the same order, sums equal but for rounding. */
export function workload(described: Described & Partial<Workload>): Workload {
  return {
    unit: 'ns',
    order: 'same',
    tolerance: 1e-9,
    goals: [],
    missing: [],
    repeat: 1,
    warmRounds: 1,
    close: async () => {},
    ...described,
  }
}
