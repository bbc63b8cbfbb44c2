// The values of all settings: a flag before a variable, a variable before the config file, that before the default.

import { readFile } from 'node:fs/promises'
import { delimiter, dirname, resolve } from 'node:path'
import { describeValue } from '../../functions/describe-value.ts'
import { isVolleyError } from '../../functions/errors.ts'
import { didYouMean } from '../../functions/nearest.ts'
import { invalidArgument, shownOption } from '../../functions/options.ts'
import type { ServerOptions } from '../server-options.ts'
import { flagOf, type Setting, type SettingName, type SettingValues, settingEntries, variableOf } from './settings.ts'

/** Where settings come from. */
export interface SettingSources {
  /** What flags gave: a text, several, or true; by the name of the setting. */
  readonly flags: Readonly<Record<string, unknown>>
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * Reads and checks them all.
 *
 * @throws {PlanError} `invalid_argument` for a value that a setting cannot have, a key that there is not, a config file
 * that cannot be read.
 */
export async function readSettings({ flags, env }: SettingSources): Promise<SettingValues> {
  const called = { ...fromVariables(env), ...fromFlags(flags) }
  const config = called.config?.value
  const values = { ...(config === undefined ? {} : await fromFile(String(config))), ...called }
  refuseTwoTokens(values)
  return Object.fromEntries(
    settingEntries.map(([name, setting]) => [name, values[name]?.value ?? setting.default]),
  ) as unknown as SettingValues
}

/** A value, and how near to the user it was given. */
interface Given {
  readonly value: unknown
  readonly from: 'file' | 'variable' | 'flag'
}

type AllGiven = { [Name in SettingName]?: Given }

function fromFlags(flags: SettingSources['flags']): AllGiven {
  const given = settingEntries.filter(([name]) => flags[name] !== undefined)
  return collect(given, 'flag', (name, setting) => parse(setting, flags[name], flagOf(name), process.cwd()))
}

function fromVariables(env: SettingSources['env']): AllGiven {
  const given = settingEntries.filter(([name, { hasNoVariable }]) => hasNoVariable !== true && env[variableOf(name)])
  return collect(given, 'variable', (name, setting) => {
    const text = env[variableOf(name)] ?? ''
    const value = setting.kind.flag === 'repeated' ? text.split(delimiter).filter((one) => one !== '') : text
    return parse(setting, value, variableOf(name), process.cwd())
  })
}

async function fromFile(file: string): Promise<AllGiven> {
  const json = await readJson(file)
  const keys = settingEntries.flatMap(([name, { isOfTheCall }]) => (isOfTheCall === true ? [] : [name]))
  const unknown = Object.keys(json).find((key) => !keys.includes(key as SettingName))
  if (unknown !== undefined) {
    const hint = didYouMean(unknown, keys, 'docs/reference/configuration.md has them all')
    throw invalidArgument(`Cannot take "${unknown}" in the config file "${file}": there is no such setting. ${hint}`)
  }
  const given = settingEntries.filter(([name]) => Object.hasOwn(json, name))
  return collect(given, 'file', (name, setting) =>
    parse(setting, json[name], `"${name}" in the config file "${file}"`, dirname(resolve(file))),
  )
}

function collect(
  given: readonly (readonly [SettingName, Setting])[],
  from: Given['from'],
  parsed: (name: SettingName, setting: Setting) => unknown,
): AllGiven {
  return Object.fromEntries(given.map(([name, setting]) => [name, { value: parsed(name, setting), from }]))
}

async function readJson(file: string): Promise<Readonly<Record<string, unknown>>> {
  const json = await readFile(file, 'utf8')
    .then((text): unknown => JSON.parse(text))
    .catch((cause: Error) => {
      throw invalidArgument(`Cannot read the config file "${file}": ${cause.message}`, cause)
    })
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as Record<string, unknown>
  throw invalidArgument(`Cannot read the config file "${file}": it holds ${describeValue(json)}, an object is wanted`)
}

function parse({ kind, isSecret }: Setting, given: unknown, what: string, directory: string): unknown {
  const shown = isSecret === true ? '' : ` = ${shownOption(Array.isArray(given) ? given.join(' ') : given)}`
  const value = kind.parse(given)
  if (value === undefined) throw invalidArgument(`Cannot take ${what}${shown}: give ${kind.wanted}`)
  try {
    return kind.locate === undefined ? value : kind.locate(value, directory)
  } catch (cause) {
    if (!isVolleyError(cause)) throw cause
    throw invalidArgument(`Cannot take ${what}${shown}: ${cause.message}`, cause)
  }
}

/** One that is nearer to the user takes the other's place; of two from one place nobody knows which is meant. */
function refuseTwoTokens(values: AllGiven): void {
  const { token, tokenFile } = values
  if (token === undefined || tokenFile === undefined) return
  const nearness = ['file', 'variable', 'flag']
  const difference = nearness.indexOf(token.from) - nearness.indexOf(tokenFile.from)
  if (difference === 0) throw invalidArgument('Cannot take both a token and a token file: give one of them')
  if (difference < 0) delete values.token
  else delete values.tokenFile
}

/** The settings as a config file that says the same; secrets are left out. */
export function configFileOf(values: SettingValues): string {
  const shown = settingEntries.flatMap(([name, { kind, isSecret, isOfTheCall }]) => {
    const value = values[name]
    if (value === undefined || isOfTheCall === true) return []
    if (isSecret === true) return [[name, REDACTED]]
    return [[name, kind.toJson === undefined ? value : kind.toJson(value)]]
  })
  return `${JSON.stringify(Object.fromEntries(shown), null, 2)}\n`
}

const REDACTED = '(redacted)'

/** What `buildServer` is told of them. */
export function serverOptionsOf(values: SettingValues): ServerOptions {
  const options: Record<string, unknown> = {}
  for (const [name, setting] of settingEntries) {
    const value = values[name]
    if (setting.option === undefined || value === undefined) continue
    const [first = '', second] = setting.option.split('.')
    options[first] = second === undefined ? value : { ...(options[first] as object | undefined), [second]: value }
  }
  return options
}
