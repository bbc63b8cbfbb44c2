// What the terminal shows while the benchmark runs.

import type { MeasuredGoal, MeasuredWorkload } from './results.ts'

export const unitNames = { ns: 'ns/row', ms: 'ms', µs: 'µs', mb: 'MB/s' } as const
export const engineNames = {
  volley: 'Volley',
  duckdb: 'DuckDB',
  polars: 'Polars',
  arquero: 'Arquero',
  pulumi: 'Pulumi',
  datafusion: 'datafusion-python',
  ray: 'Ray',
  hand: 'hand-written',
  node: 'Node',
} as const

export function printWorkload(measured: MeasuredWorkload): void {
  const { name, title, work, unit, size, rounds, variants, missing, goals } = measured
  console.log(`\n${name}: ${title.replaceAll('`', '')}`)
  console.log(`  ${work} (${size.toLocaleString('en')} ${unit === 'mb' ? 'bytes' : 'rows'}, ${rounds} rounds)`)
  for (const { label, value, ratio, aside, cpuMs, medianMs } of variants) {
    const ratioText = `${ratio.toFixed(2)}×`.padStart(10)
    console.log(
      `    ${label.padEnd(44)} ${shown(value).padStart(9)} ${unitNames[unit]} ${ratioText}  ${cpuText(cpuMs, medianMs)}${aside ? '  (aside)' : ''}`,
    )
  }
  for (const peer of missing) console.log(`    ${peer.padEnd(44)} not installed`)
  for (const goal of goals) console.log(`    goal: ${goalText(goal)}`)
}

/** How much of the time the process's threads were running; far below 100 % the machine was busy elsewhere. */
const cpuText = (cpuMs: number, medianMs: number): string =>
  `cpu ${Math.round((100 * cpuMs) / medianMs)} %`.padStart(10)

/** A goal in words: `≥ 2.5× DuckDB: 3.10× met`. */
export function goalText(goal: MeasuredGoal): string {
  return `≥ ${goal.factor}× ${engineNames[goal.against]}: ${goal.ratio.toFixed(2)}× ${verdict(goal)}`
}

export const verdict = ({ met, factor, ratio }: MeasuredGoal): string =>
  met ? 'met' : `short by ${(factor / ratio).toFixed(2)}×`

export const shown = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)
