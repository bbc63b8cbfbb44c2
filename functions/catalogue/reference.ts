// What follows from the catalogue as text: the reference page and the builders' names for the type checker. Written into
// files by docs/generate.ts; a test tells when that was forgotten.

import type { AggregateFunction } from '../contract/aggregate.ts'
import type { ScalarFunction } from '../contract/scalar.ts'
import type { WindowFunction } from '../contract/window.ts'
import { InternalError } from '../errors.ts'
import { builderNames, camelCase } from './builders.ts'
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

/** The builders' names and parameters as a TypeScript module. */
export function namesModule(): string {
  return [
    '// Made by `npm run generate` from the catalogue: the builders of the functions namespace, as the type checker knows them.',
    '',
    "import type { Expr, Operand } from '../expr/expr.ts'",
    '',
    '/** The built-ins as builders of expressions, by their names in camelCase. */',
    'export interface Builders {',
    ...[...builderNames].sort((a, b) => (a < b ? -1 : 1)).flatMap(builderLines),
    '}',
    '',
    'export type BuilderName = keyof Builders',
    '',
  ].join('\n')
}

function builderLines(builder: string): readonly string[] {
  const entry = entryOf(builder)
  const parameters = parametersOf(entry)
  const line = `  readonly ${builder}: (${parameters.join(', ')}) => Expr`
  const lines = [
    `  readonly ${builder}: (`,
    ...parameters.map((text) => `    ${text}${separatorOf(text)}`),
    '  ) => Expr',
  ]
  return [`  /** ${entry.summary}. */`, ...(line.length <= 120 ? [line] : lines)]
}

/** Nothing may follow what repeats. */
const separatorOf = (parameter: string): string => (parameter.startsWith('...') ? '' : ',')

function entryOf(builder: string): Entry {
  const entry = [...scalarFunctions, ...aggregateFunctions, ...windowFunctions].find(({ name, aliases = [] }) =>
    [name, ...aliases].some((candidate) => camelCase(candidate) === builder),
  )
  if (entry === undefined) throw new InternalError(`No function has the builder ${builder}`)
  return entry
}

/** The parameters of a builder: named as the usage names them, as many as the signature says. */
function parametersOf({ name, usage, signature: { parameters, optional, variadic } }: Entry): readonly string[] {
  const names = parameterNames(name, usage, parameters.length)
  const least = names.length - optional
  // What may be missing stands in front: `log([base, ]number)`.
  if (optional > 0 && usage.startsWith(`${name}([`)) return [`...operands: ${forms(names).join(' | ')}`]
  const single = names.map((text, i) => `${text}${i < least ? '' : '?'}: Operand`)
  // The last one repeats. Arrays may be spread into it, though nobody knows whether they are empty.
  return variadic ? [...single.slice(0, -1), `...${names.at(-1)}s: readonly Operand[]`] : single
}

/** Alone the second, else from the first on. */
function forms(names: readonly string[]): readonly string[] {
  const lists = [names.slice(1, 2), ...names.slice(1).map((_, i) => names.slice(0, i + 2))]
  return lists.map((list) => `[${list.map((text) => `${text}: Operand`).join(', ')}]`)
}

/** `round(number[, digits])` names `number` and `digits`; what has no name there is called by its position. */
function parameterNames(name: string, usage: string, count: number): readonly string[] {
  const lists = [...usage.matchAll(new RegExp(`\\b${name}\\((.*?)\\)`, 'g'))].map(([, inside = '']) => namesIn(inside))
  const list = lists.find((names) => names.length === count && !names.includes(undefined)) ?? lists[0] ?? []
  return Array.from({ length: count }, (_, i) => list[i] ?? `argument${i + 1}`)
}

/** Words of usages that nothing may be named in TypeScript, and what stands for them. */
const otherNames = new Map([['default', 'otherwise']])

const namesIn = (parameters: string): readonly (string | undefined)[] =>
  parameters
    .replace(/ ?\[ORDER BY .*?\]/, '')
    .replace(/[[\]]/g, '')
    .split(',')
    .map((text) => camelCase(text.trim().replaceAll(' ', '_')))
    .map((text) => (/^[a-z]\w*$/i.test(text) ? (otherNames.get(text) ?? text) : undefined))
