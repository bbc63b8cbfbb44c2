// The options of files in JSON jobs: each format's table says which there are and in which form they are written.

import { parseType } from '../../functions/types/parse-type.ts'
import type { DataType } from '../../functions/types/type.ts'
import { fileFormats, type JsonForm } from '../source/formats.ts'
import type { FileSpec } from '../source/source.ts'
import {
  asArray,
  asBoolean,
  asObject,
  asRecordOf,
  asText,
  asWholeNumber,
  at,
  below,
  invalidJob,
  type JsonObject,
} from './json-checks.ts'

const MAX_TYPES = 10_000
const MAX_COUNT = 1e6

/** The options of reading files of a format. @throws {PlanError} `invalid_job` where it takes none, or not this one. */
export function parseFormatOptions(kind: FileSpec['kind'], json: unknown, pointer: string): JsonObject {
  const { fromJson } = fileFormats().find((format) => format.kind === kind) ?? {}
  if (fromJson === undefined) throw invalidJob(pointer, `a source of kind "${kind}" takes none`)
  const options = asRecordOf(json, pointer, Object.keys(fromJson))
  const given = Object.entries<JsonForm>(fromJson).filter(([name]) => Object.hasOwn(options, name))
  return Object.fromEntries(given.map(([name, form]) => [name, parsers[form](options[name], below(pointer, name))]))
}

/** The parser of each form of an option. */
const parsers: Readonly<Record<JsonForm, (json: unknown, pointer: string) => unknown>> = {
  boolean: asBoolean,
  character: asCharacter,
  count: (json, pointer) => asWholeNumber(json, pointer, 1, MAX_COUNT),
  texts: (json, pointer) => asArray(json, pointer, 100).map((text, i) => asText(text, below(pointer, i))),
  types: parseTypes,
}

function asCharacter(json: unknown, pointer: string): string {
  const text = asText(json, pointer)
  if (text.length === 1 && text.charCodeAt(0) < 128) return text
  throw invalidJob(pointer, 'it is not one ASCII character')
}

/** `{ "a": "int64" }`: types by column. */
export function parseTypes(json: unknown, pointer: string): Record<string, DataType> {
  const entries = Object.entries(asObject(json, pointer))
  asArray(entries, pointer, MAX_TYPES)
  const types = entries.map(([name, type]) => {
    const here = below(pointer, name)
    return [name, at(here, () => parseType(asText(type, here)))] as const
  })
  // Without a prototype: a column may be called `constructor`.
  return Object.assign(Object.create(null), Object.fromEntries(types))
}
