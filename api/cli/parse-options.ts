// Parses the values of options. An option that may be repeated takes several values from its environment variable,
// separated as in PATH.

import { statSync } from 'node:fs'
import { delimiter, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { PoolOptions } from '../../runtime/pool/options.ts'
import { UsageError } from './outcome.ts'

/** An option that also reads `VOLLEY_…`. */
export function option(flags: string, description: string): Option {
  const made = new Option(flags, description)
  return made.env(`VOLLEY_${made.long?.replace(/^--/, '').replaceAll('-', '_').toUpperCase()}`)
}

/** A repeatable option; one whose values may hold the separator of paths has no environment variable. */
export function listOption(
  flags: string,
  description: string,
  { env = true, choices }: { readonly env?: boolean; readonly choices?: readonly string[] } = {},
): Option {
  const text = `${description} (repeatable)`
  const made = env ? option(flags, text) : new Option(flags, text)
  if (choices !== undefined) made.choices([...choices])
  return made.default([] as readonly string[], 'none').argParser((value: string, before: readonly string[]) => {
    if (choices?.includes(value) === false) throw new InvalidArgumentError(`Give one of ${choices.join(', ')}.`)
    return [...before, value]
  })
}

/** The values of a repeatable option; its variable is split. */
export function listOf(command: Command, name: string): readonly string[] {
  const values = command.getOptionValue(name) as readonly string[]
  if (command.getOptionValueSource(name) !== 'env') return values
  return values.flatMap((value) => value.split(delimiter)).filter((value) => value !== '')
}

/** A whole number within bounds. */
export function wholeNumber(least: number, most: number): (value: string) => number {
  return (value) => {
    const number = Number(value)
    if (/^\d+$/.test(value) && number >= least && number <= most) return number
    throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`)
  }
}

/** Seconds, more than none. */
export function secondsOf(value: string): number {
  const seconds = Number(value)
  if (/^\d*\.?\d+$/.test(value) && seconds >= 0.001) return seconds
  throw new InvalidArgumentError('Give a number of seconds, such as 30 or 0.5.')
}

const unitsMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** A time with its unit, `90s`, `15m`, `12h` or `30d`, in milliseconds. */
export function duration(value: string): number {
  const [, count = '', unit = ''] = /^(\d{1,6})([smhd])$/.exec(value) ?? []
  const ms = Number(count) * (unitsMs[unit] ?? 0)
  if (ms > 0) return ms
  throw new InvalidArgumentError('Give a time such as 90s, 15m, 12h or 30d.')
}

/** A time: as ISO 8601, or so long ago. */
export function timeOf(value: string): Date {
  if (/^\d{4}-\d\d-\d\d/.test(value) && !Number.isNaN(Date.parse(value))) return new Date(value)
  if (/^\d+[smhd]$/.test(value)) return new Date(Date.now() - duration(value))
  throw new InvalidArgumentError('Give a time such as 2026-01-31T12:00:00Z, or 15m for a quarter of an hour ago.')
}

/** One ASCII character; a tab may be written `\\t`. */
export function character(value: string): string {
  if (value === '\\t' || value === 'tab') return '\t'
  if (/^[\t\x20-\x7e]$/.test(value)) return value
  throw new InvalidArgumentError('Give one ASCII character, or "tab".')
}

/** `name=path`, several of them, by name. */
export function tablesOf(values: readonly string[], what = 'table'): Readonly<Record<string, string>> {
  const pairs = values.map((value) => {
    const at = value.indexOf('=')
    if (at <= 0 || at === value.length - 1) throw new UsageError(`Cannot take "${value}" as a ${what}: write NAME=PATH`)
    return [value.slice(0, at), value.slice(at + 1)] as const
  })
  const twice = pairs.find(([name], i) => pairs.findIndex(([other]) => other === name) < i)
  if (twice !== undefined) throw new UsageError(`Cannot name two ${what}s "${twice[0]}": give one of them another name`)
  return Object.fromEntries(pairs)
}

export interface WorkerPlace {
  readonly workerEnv?: readonly string[]
  readonly workerCwd?: string
}

/** What `--worker-env` and `--worker-cwd` say of the place where functions run. */
export function workerPlace({ workerEnv = [], workerCwd: cwd }: WorkerPlace): Pick<PoolOptions, 'env' | 'cwd'> {
  if (cwd !== undefined && statSync(cwd, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new UsageError(`Cannot take --worker-cwd "${cwd}": there is no such directory`)
  const pairs = workerEnv.map((value) => {
    const at = value.indexOf('=')
    if (at <= 0) throw new UsageError(`Cannot take --worker-env "${value}": write NAME=VALUE`)
    return [value.slice(0, at), value.slice(at + 1)] as const
  })
  return { ...(pairs.length === 0 ? {} : { env: Object.fromEntries(pairs) }), ...(cwd === undefined ? {} : { cwd }) }
}

/** A file as the URL of a module. */
export const moduleUrl = (path: string): URL => pathToFileURL(resolve(path))
