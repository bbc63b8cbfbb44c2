// `volley functions [name]`: all the built-ins with a line each, or one of them with all there is to know about it.

import { builtIns, type FunctionDescription } from '../../functions/catalogue/describe.ts'
import { didYouMean } from '../../functions/nearest.ts'
import { UsageError } from './outcome.ts'
import { printText } from './stdout.ts'

/** The action of `volley functions`. */
export async function functions(name: string | undefined, options: { readonly json?: boolean }): Promise<void> {
  const found = name === undefined ? builtIns : named(name)
  if (options.json === true) return printText(`${JSON.stringify(found)}\n`)
  return printText(name === undefined ? list(found) : found.map(describe).join('\n'))
}

/** Some aggregates are window functions as well. */
function named(name: string): readonly FunctionDescription[] {
  const wanted = name.toLowerCase()
  const found = builtIns.filter((entry) => entry.name === wanted || entry.aliases.includes(wanted))
  if (found.length > 0) return found
  const hint = didYouMean(
    name,
    builtIns.flatMap((entry) => [entry.name, ...entry.aliases]),
    '"volley functions" lists all',
  )
  throw new UsageError(`Function "${name}" is not known. ${hint}`)
}

function list(entries: readonly FunctionDescription[]): string {
  const width = Math.max(...entries.map(({ name }) => name.length))
  return entries.map(({ name, summary }) => `${name.padEnd(width)}  ${summary}\n`).join('')
}

function describe({ kind, usage, summary, aliases, examples }: FunctionDescription): string {
  const also = aliases.length === 0 ? '' : `  also ${aliases.join(', ')}\n`
  const shown = examples.map(({ sql, result }) => `  ${sql} → ${result}\n`).join('')
  return `${usage}: ${kind} function\n  ${summary}\n${also}${shown}`
}
