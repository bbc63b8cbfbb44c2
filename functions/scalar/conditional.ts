// Conditional functions. coalesce and its kin guard per row and are bound as a kind of their own; the rest are here.

import { scalarFunction } from '../contract/scalar.ts'
import { anything, coerceAll, unified } from '../contract/signature.ts'
import { unifyTypes } from '../types/coercion.ts'
import { utf8 } from '../types/type.ts'
import type { Value } from '../types/value.ts'
import { compareValues } from './order.ts'

const extreme = (better: (order: number) => boolean) => ({
  total: true,
  row: (...values: readonly Value[]): Value => {
    let best: Value = null
    for (const value of values) {
      if (value !== null && (best === null || better(compareValues(value, best)))) best = value
    }
    return best
  },
})

export const conditionalFunctions = [
  scalarFunction({
    name: 'coalesce',
    aliases: ['nvl', 'ifnull'],
    family: 'conditional',
    usage: 'coalesce(value, ...)',
    summary: 'The first argument that is not null; later ones are not evaluated',
    examples: [['coalesce(null, 2, 3)', '2']],
    signature: unified(),
    returns: (args) => args[0]?.type ?? utf8,
    nulls: 'call',
    kernel: { total: true, row: (...values: readonly Value[]) => values.find((value) => value !== null) ?? null },
  }),
  scalarFunction({
    name: 'nvl2',
    family: 'conditional',
    usage: 'nvl2(value, if_not_null, if_null)',
    summary: 'The second argument when the first is not null, else the third; only that one is evaluated',
    examples: [["nvl2(null, 'yes', 'no')", "'no'"]],
    signature: coerceAll('a value and two values of one type', 3, 3, ([value, ...results]) => {
      const type = unifyTypes(results, 'string')
      return value === undefined || type === undefined ? undefined : [value, type, type]
    }),
    returns: (args) => args[1]?.type ?? utf8,
    nulls: 'call',
    kernel: { total: true, row: (value: Value, then: Value, otherwise: Value) => (value === null ? otherwise : then) },
  }),
  scalarFunction({
    name: 'nullif',
    family: 'conditional',
    usage: 'nullif(value, other)',
    summary: 'Null when the two are equal, else the first',
    examples: [['nullif(3, 3)', 'NULL']],
    signature: { ...unified(), parameters: [anything, anything], variadic: false },
    returns: (args) => args[0]?.type ?? utf8,
    nulls: 'call',
    kernel: {
      total: true,
      row: (a: Value, b: Value) => (a !== null && b !== null && compareValues(a, b) === 0 ? null : a),
    },
  }),
  scalarFunction({
    name: 'greatest',
    family: 'conditional',
    usage: 'greatest(value, ...)',
    summary: 'The greatest argument that is not null',
    examples: [['greatest(1, null, 3)', '3']],
    signature: unified(),
    returns: (args) => args[0]?.type ?? utf8,
    nulls: 'call',
    givesNull: (args) => args.every((arg) => arg.nullable),
    kernel: extreme((order) => order > 0),
  }),
  scalarFunction({
    name: 'least',
    family: 'conditional',
    usage: 'least(value, ...)',
    summary: 'The least argument that is not null',
    examples: [['least(1, null, 3)', '1']],
    signature: unified(),
    returns: (args) => args[0]?.type ?? utf8,
    nulls: 'call',
    givesNull: (args) => args.every((arg) => arg.nullable),
    kernel: extreme((order) => order < 0),
  }),
]
