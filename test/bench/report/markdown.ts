// The tables of docs/performance.md. The last column of the goals' table is written by hand and kept from run to run.

import type { Engine } from '../measure/workload.ts'
import { engineNames, shown, unitNames, verdict } from './console.ts'
import type { BenchResults, MeasuredGoal, MeasuredWorkload } from './results.ts'

/** @param before - The tables as they were: the reasons in them stay. */
export function performanceTables(results: BenchResults, before: string): string {
  const { date, machine, versions, rows, workloads } = results
  const software = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return [
    `${date}, ${machine.cpu} (${machine.cores} cores, ${machine.platform}), ${software.join(', ')};`,
    `\`lineitem\` has ${rows.toLocaleString('en')} rows.`,
    '',
    '### Goals',
    '',
    goalTable(workloads, reasonsIn(before)),
    '',
    '### All workloads',
    '',
    'A peer’s figure is followed by its time over ours: above 1 we are faster.',
    '',
    workloadTable(workloads),
    '',
    '### Asides',
    '',
    'Ways to do less, more or other work than the rest of their row; no goal counts them.',
    '',
    ...asides(workloads),
    '',
  ].join('\n')
}

function goalTable(workloads: readonly MeasuredWorkload[], reasons: ReadonlyMap<string, string>): string {
  const rows = workloads.flatMap(({ title, goals }) =>
    goals.map((goal) => {
      const reason = goal.met ? '' : (reasons.get(goalKey(title, goalName(goal))) ?? '')
      return tableRow([title, goalName(goal), `${goal.ratio.toFixed(2)}×`, verdict(goal), reason])
    }),
  )
  return [tableRow(['work', 'goal', 'ratio', 'verdict', 'why, and what was tried']), ruler(5), ...rows].join('\n')
}

const goalName = ({ against, factor }: MeasuredGoal): string => `≥ ${factor}× ${engineNames[against]}`
const goalKey = (title: string, goal: string): string => `${title} | ${goal}`

/** The hand-written last cells of the goals' table, by work and goal. */
function reasonsIn(tables: string): ReadonlyMap<string, string> {
  const rows = tables.split('\n').map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))
  return new Map(
    rows
      .filter((cells) => cells.length === 7)
      .map((cells) => [goalKey(cells[1] ?? '', cells[2] ?? ''), cells[5] ?? '']),
  )
}

const peerColumns: readonly Engine[] = ['duckdb', 'polars', 'arquero']

function workloadTable(workloads: readonly MeasuredWorkload[]): string {
  const head = tableRow(['work', 'unit', 'Volley', ...peerColumns.map((engine) => engineNames[engine]), 'other'])
  return [head, ruler(7), ...workloads.map(workloadRow)].join('\n')
}

function workloadRow({ title, work, unit, variants, missing = [] }: MeasuredWorkload): string {
  const counted = variants.filter(({ aside }) => !aside)
  const own = counted.find(({ engine }) => engine === 'volley')
  const cell = (engines: readonly Engine[]): string =>
    counted
      .filter(({ engine }) => engines.includes(engine))
      .map(({ label, value, ratio }) => {
        const name = engines.some((engine) => label === engineNames[engine]) ? '' : ` ${label.replace(/^\w+, /, '')}`
        return `${shown(value)} (${ratio.toFixed(2)}×)${name}`
      })
      .join('<br>')
  return tableRow([
    `${title}: ${work}`,
    unitNames[unit],
    own === undefined ? '' : shown(own.value),
    ...peerColumns.map((engine) => cell([engine])),
    [cell(['datafusion', 'ray', 'pulumi', 'hand', 'node']), ...missing.map((peer) => `${peer}: not installed`)]
      .filter(Boolean)
      .join('<br>'),
  ])
}

function asides(workloads: readonly MeasuredWorkload[]): readonly string[] {
  return workloads.flatMap(({ title, unit, variants }) => {
    const shownAsides = variants
      .filter(({ aside }) => aside)
      .map(({ label, value, ratio }) => `${label} ${shown(value)} ${unitNames[unit]} (${ratio.toFixed(2)}×)`)
    return shownAsides.length === 0 ? [] : [`- ${title}: ${shownAsides.join('; ')}`]
  })
}

const tableRow = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll(/(?<!\\)\|/g, '\\|')).join(' | ')} |`
const ruler = (columns: number): string => `|${' --- |'.repeat(columns)}`
