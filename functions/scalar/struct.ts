// Structs and maps: made of values, and taken apart.

import { type Argument, literalText, type ScalarKernel, scalarFunction } from '../contract/scalar.ts'
import { coerceAll, exactly, type Parameter, text } from '../contract/signature.ts'
import { DataError, PlanError } from '../errors.ts'
import { didYouMean } from '../nearest.ts'
import { commonNumeric, comparisonType } from '../types/coercion.ts'
import { displayType, type Field, field, list, type MapType, map, nullType, struct } from '../types/type.ts'
import type { Value } from '../types/value.ts'
import { lookup } from './array.ts'
import { elementKey, itemOf, type List, typeAt } from './list-contract.ts'

const anyNumber = Number.POSITIVE_INFINITY

function namedFields(args: readonly Argument[]): readonly Field[] {
  const fields: Field[] = []
  for (let i = 0; i < args.length; i += 2) {
    const name = literalText('named_struct', args, i)
    if (fields.some((other) => other.name === name))
      throw new PlanError(
        'invalid_argument',
        `Cannot make a struct with two fields named "${name}": rename one of them`,
      )
    fields.push(field(name, typeAt(args, i + 1), true))
  }
  return fields
}

/** The record of values at every second place, or at every place. */
function recordKernel(names: readonly string[], first: number, step: number): ScalarKernel {
  return {
    total: true,
    row: (...values: readonly Value[]) => {
      const record: Record<string, Value> = {}
      for (const [i, name] of names.entries()) record[name] = values[first + i * step] ?? null
      return record
    },
  }
}

function fieldOf(args: readonly Argument[]): Field {
  const type = typeAt(args, 0)
  const name = literalText('get_field', args, 1)
  if (type.kind !== 'struct') return field(name, type.kind === 'map' ? type.value.type : nullType)
  const found = type.fields.find((f) => f.name === name)
  if (found !== undefined) return found
  const names = type.fields.map((f) => f.name)
  const hint = didYouMean(name, names, `The fields are ${names.join(', ')}`)
  throw new PlanError('unknown_column', `No field named "${name}" in ${displayType(type)}. ${hint}`, {
    details: { field: name },
  })
}

const mapParameter: Parameter = {
  describe: 'a map',
  coerce: (type) => (type.kind === 'map' ? type : type.kind === 'null' ? map(nullType, nullType) : undefined),
}

const asMap = (args: readonly Argument[]): MapType => {
  const type = typeAt(args, 0)
  return type.kind === 'map' ? type : map(nullType, nullType)
}

const mapAndKey = coerceAll('a map and a key', 2, 2, ([from, key]) => {
  const type = from === undefined ? undefined : mapParameter.coerce(from)
  if (type?.kind !== 'map' || key === undefined) return undefined
  if (from?.kind === 'null') return [from, key]
  const fits = comparisonType(type.key.type, key) !== undefined || commonNumeric(type.key.type, key) !== undefined
  return fits ? [type, type.key.type] : undefined
})

/** Pairs keys with values; keys must be there, once each, and as many as values. */
function makeMap(keys: List, values: List): List {
  if (keys.length !== values.length)
    throw new DataError('invalid_value', `Cannot make a map of ${keys.length} keys and ${values.length} values`)
  const seen = new Set<unknown>()
  return keys.map((key, i) => {
    if (key === null) throw new DataError('invalid_value', 'Cannot make a map with a null key')
    const id = elementKey(key)
    if (seen.has(id)) throw new DataError('invalid_value', `Cannot make a map with the key ${String(id)} twice`)
    seen.add(id)
    return [key, values[i] ?? null]
  })
}

export const structFunctions = [
  scalarFunction({
    name: 'struct',
    aliases: ['row'],
    family: 'struct',
    usage: 'struct(value, ...)',
    summary: 'A struct of the arguments, with fields named c0, c1 and so on',
    examples: [["struct(1, 'a')['c1']", "'a'"]],
    signature: coerceAll('values', 1, anyNumber, (types) => types),
    returns: (args) => struct(args.map((arg, i) => field(`c${i}`, arg.type))),
    nulls: 'call',
    givesNull: false,
    kernel: (args) =>
      recordKernel(
        args.map((_, i) => `c${i}`),
        0,
        1,
      ),
  }),
  scalarFunction({
    name: 'named_struct',
    family: 'struct',
    usage: 'named_struct(name, value, ...)',
    summary: 'A struct of named fields',
    examples: [["named_struct('a', 1, 'b', 2)['b']", '2']],
    signature: coerceAll('pairs of a name and a value', 2, anyNumber, (types) =>
      types.length % 2 === 0 && types.every((type, i) => i % 2 === 1 || type.kind === 'utf8') ? types : undefined,
    ),
    returns: (args) => struct(namedFields(args)),
    nulls: 'call',
    givesNull: false,
    kernel: (args) =>
      recordKernel(
        namedFields(args).map((f) => f.name),
        1,
        2,
      ),
  }),
  scalarFunction({
    name: 'get_field',
    family: 'struct',
    usage: "get_field(struct, name) or struct['name']",
    summary: 'A field of a struct, or the value of a key of a map (null when there is none)',
    examples: [["{'a': 1, 'b': 2}['a']", '1']],
    signature: exactly([
      {
        describe: 'a struct, or a map with texts for keys',
        coerce: (type) => {
          const takesTexts = type.kind === 'map' && type.key.type.kind === 'utf8'
          return type.kind === 'struct' || takesTexts || type.kind === 'null' ? type : undefined
        },
      },
      text,
    ]),
    returns: (args) => fieldOf(args).type,
    givesNull: true,
    kernel: (args) => {
      if (typeAt(args, 0).kind === 'map') return { total: true, row: lookup }
      const { name } = fieldOf(args)
      return { total: true, row: (record: Readonly<Record<string, Value>>) => record[name] ?? null }
    },
  }),
  scalarFunction({
    name: 'map',
    aliases: ['make_map'],
    family: 'struct',
    usage: 'map(keys, values) or MAP {key: value, ...}',
    summary: 'A map from a list of keys to a list of values',
    examples: [["map(['a', 'b'], [1, 2])['b']", '2']],
    signature: coerceAll('a list of keys and a list of values', 2, 2, ([keys, values]) =>
      keys?.kind === 'list' && values?.kind === 'list' ? [keys, values] : undefined,
    ),
    returns: (args) => map(itemOf(typeAt(args, 0)), itemOf(typeAt(args, 1))),
    kernel: { row: makeMap },
  }),
  scalarFunction({
    name: 'map_keys',
    family: 'struct',
    usage: 'map_keys(map)',
    summary: 'The keys of a map as a list',
    examples: [["map_keys(map(['a', 'b'], [1, 2]))", "['a', 'b']"]],
    signature: exactly([mapParameter]),
    returns: (args) => list(asMap(args).key.type),
    kernel: { total: true, row: (entries: List) => entries.map((entry) => (entry as List)[0] ?? null) },
  }),
  scalarFunction({
    name: 'map_values',
    family: 'struct',
    usage: 'map_values(map)',
    summary: 'The values of a map as a list',
    examples: [["map_values(map(['a', 'b'], [1, 2]))", '[1, 2]']],
    signature: exactly([mapParameter]),
    returns: (args) => list(asMap(args).value.type),
    kernel: { total: true, row: (entries: List) => entries.map((entry) => (entry as List)[1] ?? null) },
  }),
  scalarFunction({
    name: 'map_entries',
    family: 'struct',
    usage: 'map_entries(map)',
    summary: 'The entries of a map as a list of structs with the fields key and value',
    examples: [["map_entries(map(['a'], [1]))[1]['value']", '1']],
    signature: exactly([mapParameter]),
    returns: (args) => {
      const { key, value } = asMap(args)
      return list(field('item', struct([field('key', key.type, false), field('value', value.type)]), false))
    },
    kernel: {
      total: true,
      row: (entries: List) =>
        entries.map((entry) => ({ key: (entry as List)[0] ?? null, value: (entry as List)[1] ?? null })),
    },
  }),
  scalarFunction({
    name: 'map_extract',
    aliases: ['element_at'],
    family: 'struct',
    usage: 'map_extract(map, key)',
    summary: 'A list with the value of a key, with null when there is none',
    examples: [["map_extract(map(['a', 'b'], [1, 2]), 'a')", '[1]']],
    signature: mapAndKey,
    returns: (args) => list(asMap(args).value.type),
    nulls: 'call',
    kernel: {
      total: true,
      row: (entries: List | null, key: Value) =>
        entries === null ? null : [key === null ? null : lookup(entries, key)],
    },
  }),
]
