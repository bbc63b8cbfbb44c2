// What follows from the catalogue as text: the reference page and the builders' names for the type checker. Written into
// files by docs/generate.ts; a test tells when that was forgotten.

import type { AggregateFunction } from '../contract/aggregate.ts'
import type { ScalarFunction } from '../contract/scalar.ts'
import type { WindowFunction } from '../contract/window.ts'
import { builderNames } from './builders.ts'
import { aggregateFunctions, scalarFunctions, windowFunctions } from './catalogue.ts'
import { sampleTable } from './sample-table.ts'

type Entry = ScalarFunction | AggregateFunction | WindowFunction

const titles: Readonly<Record<Entry['family'], string>> = {
  conditional: 'Conditional',
  math: 'Mathematics',
  string: 'Strings',
  regex: 'Patterns',
  datetime: 'Dates and times',
  array: 'Lists',
  struct: 'Structs and maps',
  hash: 'Hashes and encodings',
  other: 'Types and others',
  aggregate: 'Aggregates',
  window: 'Window functions',
}

/** The reference page, in Markdown. */
export function referencePage(): string {
  const entries: readonly Entry[] = [...scalarFunctions, ...aggregateFunctions, ...windowFunctions]
  const sections = Object.entries(titles).flatMap(([family, title]) => {
    const own = entries.filter((entry) => entry.family === family)
    const over = family === 'aggregate' ? sampleLines() : []
    return own.length === 0 ? [] : [`## ${title}`, '', ...over, ...table(own), '']
  })
  return [
    '# Functions',
    '',
    `All ${entries.length} built-ins, made from their entries in the catalogue. In TypeScript each is a builder under its camelCase name:`,
    "`functions.dateTrunc('month', col('date'))`. What differs from DataFusion is in [deviations.md](deviations.md).",
    '',
    ...sections,
  ].join('\n')
}

/** The table that the examples of aggregates are over. */
function sampleLines(): readonly string[] {
  const names = Object.keys(sampleTable)
  const rows = Object.values(sampleTable)[0]?.map((_, row) => names.map((name) => sampleTable[name]?.[row] ?? 'NULL'))
  return [
    'The examples are over this table:',
    '',
    `| ${names.join(' | ')} |`,
    `|${'---|'.repeat(names.length)}`,
    ...(rows ?? []).map((cells) => `| ${cells.join(' | ')} |`),
    '',
  ]
}

function table(entries: readonly Entry[]): readonly string[] {
  const sorted = [...entries].sort((a, b) => (a.name < b.name ? -1 : 1))
  return ['| function | gives | example |', '|---|---|---|', ...sorted.map(row)]
}

function row(entry: Entry): string {
  const aliases = entry.aliases ?? []
  const others = aliases.length === 0 ? '' : ` Also ${aliases.map(code).join(', ')}.`
  const examples = entry.examples.map(([sql, result]) => `${code(sql)} → ${code(result)}`).join('<br>')
  // Three aggregates are window functions too: a page has each anchor once.
  const isSecond = entry.family === 'window' && aggregateFunctions.some(({ name }) => name === entry.name)
  const anchor = /^\w+$/.test(entry.name) && !isSecond ? `<a id="${entry.name}"></a>` : ''
  return `| ${anchor}${code(entry.usage)} | ${cell(entry.summary)}.${others} | ${examples} |`
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;')

/** Inline code; a text with backticks gets longer ones around it. */
function code(text: string): string {
  const fence = text.includes('`') ? '``' : '`'
  return `${fence}${text.replaceAll('|', '\\|')}${fence}`
}

/** The builders' names as a TypeScript module. */
export function namesModule(): string {
  const names = [...builderNames].sort().map((name) => `  | '${name}'`)
  return [
    '// Made by `npm run generate` from the catalogue: the names under which the functions namespace has builders.',
    '',
    'export type BuilderName =',
    ...names,
    '',
  ].join('\n')
}
