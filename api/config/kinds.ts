// The kinds of values that settings have. What flags and variables give as text, a config file may give as JSON: a kind
// takes both.

import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { invalidArgument } from '../../functions/options.ts'

/** What values of a setting look like. */
export interface Kind<T> {
  /** How a flag gives it: with one value, with one for each time it is repeated, or by being there. */
  readonly flag: 'value' | 'repeated' | 'switch'
  /** What to say to somebody who gave something else: "Give …". */
  readonly wanted: string
  /** @param given - A text, or what JSON has; an array of texts when a flag is repeated. Undefined when it is none. */
  parse(given: unknown): T | undefined
  /** Makes paths absolute. @throws {PlanError} `invalid_argument` when there must be something and is not. */
  locate?(value: T, directory: string): T
  /** As a config file would have it. */
  toJson?(value: T): unknown
}

/** Any text but an empty one. */
export const text: Kind<string> = {
  flag: 'value',
  wanted: 'a text',
  parse: (given) => (typeof given === 'string' && given !== '' ? given : undefined),
}

/** Several texts. */
export const texts: Kind<readonly string[]> = {
  flag: 'repeated',
  wanted: 'texts, in JSON as an array',
  parse: (given) => {
    const all = Array.isArray(given) ? given : [given]
    return all.every((one) => text.parse(one) !== undefined) ? all : undefined
  },
}

/** Yes or no. A flag says yes by being there. */
export const onOff: Kind<boolean> = {
  flag: 'switch',
  wanted: 'true or false',
  parse: (given) => {
    if (typeof given === 'boolean') return given
    const words: Readonly<Record<string, boolean>> = {
      true: true,
      yes: true,
      1: true,
      false: false,
      no: false,
      0: false,
    }
    return typeof given === 'string' && Object.hasOwn(words, given.toLowerCase())
      ? words[given.toLowerCase()]
      : undefined
  },
}

/** One of some words. */
export const choice = (...words: readonly string[]): Kind<string> => ({
  flag: 'value',
  wanted: `one of ${words.join(', ')}`,
  parse: (given) => (typeof given === 'string' && words.includes(given) ? given : undefined),
})

/** A whole number within bounds. */
export const whole = (least: number, most = Number.MAX_SAFE_INTEGER): Kind<number> => ({
  flag: 'value',
  wanted: `a whole number ${most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`}`,
  parse: (given) => {
    const number = typeof given === 'string' && /^\d+$/.test(given) ? Number(given) : given
    return Number.isSafeInteger(number) && Number(number) >= least && Number(number) <= most
      ? Number(number)
      : undefined
  },
})

const units: Readonly<Record<string, number>> = { '': 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 }

/** A number of bytes, at least so many; texts may have a unit. */
export const bytes = (least = 1): Kind<number> => ({
  flag: 'value',
  wanted: `a number of bytes of at least ${least}, such as 1048576 or 64MiB`,
  parse: (given) => {
    const [, digits, unit = ''] = /^(\d+) ?([KMGT]iB)?$/.exec(String(given)) ?? []
    const number = Number(digits) * (units[unit] ?? 1)
    return Number.isSafeInteger(number) && number >= least ? number : undefined
  },
})

/** Seconds, which are milliseconds from then on. */
export const seconds = (least = 0.001): Kind<number> => ({
  flag: 'value',
  wanted: `a number of seconds of at least ${least}, such as 30 or 0.5`,
  parse: (given) => {
    const isNumber = typeof given === 'number' || (typeof given === 'string' && /^\d*\.?\d+$/.test(given))
    return isNumber && Number(given) >= least && Number.isFinite(Number(given))
      ? Math.round(Number(given) * 1000)
      : undefined
  },
  toJson: (ms) => ms / 1000,
})

/** The address of something that speaks HTTP. */
export const httpUrl: Kind<string> = {
  flag: 'value',
  wanted: 'a URL that begins with http:// or https://',
  parse: (given) => (/^https?:$/.test(URL.parse(String(given))?.protocol ?? '') ? String(given) : undefined),
}

/** The path of a file or of a directory. */
export const path: Kind<string> = {
  ...text,
  wanted: 'a path',
  locate: (value, directory) => resolve(directory, value),
}

/** Several paths. */
export const paths: Kind<readonly string[]> = {
  ...texts,
  wanted: 'paths, in JSON as an array',
  locate: (values, directory) => values.map((value) => resolve(directory, value)),
}

/** A directory that there is. */
export const directory: Kind<string> = {
  ...path,
  locate: (value, from) => {
    const located = resolve(from, value)
    if (statSync(located, { throwIfNoEntry: false })?.isDirectory() === true) return located
    throw invalidArgument(`there is no directory "${value}"`)
  },
}

/** A module's file. */
export const moduleFile: Kind<string | URL> = {
  ...path,
  locate: (value, from) => pathToFileURL(resolve(from, String(value))),
  toJson: (value) => String(value),
}

/** Texts by name. */
export const named = (form: string): Kind<Readonly<Record<string, string>>> => ({
  flag: 'repeated',
  wanted: `${form}, each name once; in JSON an object`,
  parse: (given) => {
    if (typeof given === 'string') return pairsOf([given])
    if (Array.isArray(given)) return pairsOf(given)
    const entries = Object.entries(Object(given))
    return typeof given === 'object' && given !== null && entries.every(([, value]) => typeof value === 'string')
      ? (given as Readonly<Record<string, string>>)
      : undefined
  },
})

/** Paths by name. */
export const namedPaths = (form: string): Kind<Readonly<Record<string, string>>> => ({
  ...named(form),
  locate: (values, from) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, resolve(from, value)])),
})

function pairsOf(given: readonly unknown[]): Readonly<Record<string, string>> | undefined {
  const pairs = given.map((one) => /^([^=]+)=(.*)$/s.exec(String(one))?.slice(1) ?? [])
  const names = new Set(pairs.map(([name]) => name))
  return names.has(undefined) || names.size < pairs.length ? undefined : Object.fromEntries(pairs)
}
