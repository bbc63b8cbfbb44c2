// Guesses column types from sampled texts, in DataFusion's order: bool, int64, float64, date32, timestamp, utf8. Declared
// types win. Looks at texts only; where they come from is the caller's.

import { isSchema } from '../../../functions/arrow/recognise.ts'
import { PlanError } from '../../../functions/errors.ts'
import { nearest } from '../../../functions/nearest.ts'
import { asSchema, asType } from '../../../functions/types/parse-type.ts'
import {
  bool,
  type DataType,
  date32,
  type Field,
  field,
  float64,
  int64,
  type Schema,
  type TimeUnit,
  timestamp,
  utf8,
} from '../../../functions/types/type.ts'
import type { DeclaredTypes } from '../source.ts'
import { integer, parseBool, parseFloat64 } from '../text/scalars.ts'
import { inferTimestamp, parseDate } from '../text/temporal.ts'

const units: readonly TimeUnit[] = ['s', 'ms', 'us', 'ns']

/** The narrowest type that all of the texts fit; undefined when there are none. */
export function inferTextType(texts: Iterable<string>): DataType | undefined {
  let type: DataType | undefined
  for (const text of texts) {
    type = type === undefined ? textType(text) : commonType(type, textType(text))
    if (type.kind === 'utf8') return type
  }
  return type
}

function textType(text: string): DataType {
  if (parseBool(text) !== undefined) return bool
  if (/^-?\d+$/.test(text)) return integer(text, -(2n ** 63n), 2n ** 63n - 1n) === undefined ? float64 : int64
  if (/[\d.]/.test(text) && parseFloat64(text) !== undefined) return float64
  if (/^(nan|[+-]?inf(inity)?)$/i.test(text)) return float64
  if (parseDate(text) !== undefined) return date32
  const stamp = inferTimestamp(text)
  return stamp === undefined ? utf8 : timestamp(stamp.unit, stamp.zoned ? 'UTC' : undefined)
}

/** The type that values of both fit without loss of meaning; utf8 when there is none. */
export function commonType(a: DataType, b: DataType): DataType {
  if (a === b) return a
  if (isNumber(a) && isNumber(b)) return float64
  if (a.kind === 'date32' && b.kind === 'timestamp') return b.timezone === undefined ? b : utf8
  if (a.kind === 'timestamp' && b.kind === 'date32') return commonType(b, a)
  if (a.kind === 'timestamp' && b.kind === 'timestamp' && a.timezone === b.timezone) {
    return units.indexOf(a.unit) >= units.indexOf(b.unit) ? a : b
  }
  return utf8
}

const isNumber = (type: DataType): boolean => type.kind === 'int64' || type.kind === 'float64'

/** Declared types by column, and the whole schema where one is declared in order. */
export interface Declared {
  readonly schema?: Schema
  typeOf(name: string): Field | undefined
  /** @throws {PlanError} `unknown_column` when a type is declared for a column that is not among `names`. */
  check(names: readonly string[]): void
}

/** @throws {PlanError} `unknown_type` for a name of no type. */
export function parseDeclared(declared: DeclaredTypes | undefined): Declared {
  const isWhole = Array.isArray(declared) || isSchema(declared)
  const fields: Schema = isWhole
    ? asSchema(declared as Schema)
    : Object.entries(declared ?? {}).map(([name, type]) => field(name, asType(type)))
  const byName = new Map(fields.map((each) => [each.name, each]))
  return {
    ...(isWhole ? { schema: fields } : {}),
    typeOf: (name) => byName.get(name),
    check(names) {
      const known = new Set(names)
      for (const { name } of fields) {
        if (known.has(name)) continue
        const guess = nearest(name, names)
        const hint = guess === undefined ? `it has ${names.join(', ')}` : `did you mean "${guess}"?`
        throw new PlanError(
          'unknown_column',
          `Cannot declare a type for column "${name}": the source has no such column; ${hint}`,
          {
            details: { column: name },
          },
        )
      }
    },
  }
}
