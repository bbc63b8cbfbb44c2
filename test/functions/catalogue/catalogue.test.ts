// The registry: every built-in is documented, and its examples give what they say.

import t from 'tap'
import { SessionContext } from 'volley'
import { Binder } from '../../../functions/bind/binder.ts'
import {
  aggregateFunctions,
  catalogue,
  scalarFunctions,
  windowFunctions,
} from '../../../functions/catalogue/catalogue.ts'
import { builtInNames } from '../../../functions/catalogue/function-names.ts'
import { sampleTable } from '../../../functions/catalogue/sample-table.ts'
import { parseExpr } from '../../../functions/sql/parse.ts'
import { displayType, typeName } from '../../../functions/types/type.ts'
import type { Value } from '../../../functions/types/value.ts'
import { interpret } from '../../runtime/engine/interpret.ts'

t.setTimeout(120_000)

const all = [...scalarFunctions, ...aggregateFunctions, ...windowFunctions]
const isOperator = (name: string): boolean => !/^\w+$/.test(name) || name === 'LIKE' || name === 'ILIKE'

/** The value and the type of an expression without columns. */
function evaluate(sql: string): { readonly value: Value; readonly type: string } {
  const bound = new Binder([], catalogue).bind(parseExpr(sql, { functions: builtInNames, columns: [] }))
  return { value: interpret(bound, { length: 1, columns: [] }, 0), type: typeName(bound.type) }
}

t.test('no two built-ins share a name or an alias', (t) => {
  for (const family of [scalarFunctions, aggregateFunctions, windowFunctions]) {
    const names = family.flatMap((entry) => [entry.name, ...(entry.aliases ?? [])])
    const twice = names.filter((name, i) => names.indexOf(name) !== i)
    t.same(twice, [])
  }
  t.end()
})

t.test('every built-in is found by its name and its aliases, in any case', (t) => {
  for (const entry of scalarFunctions) {
    for (const name of [entry.name, ...(entry.aliases ?? [])]) {
      t.equal(catalogue.scalar(name), entry, name)
      t.equal(catalogue.lookup(name)?.name, entry.name, name)
      if (!isOperator(name)) t.equal(catalogue.scalar(name.toUpperCase()), entry, name.toUpperCase())
    }
  }
  for (const entry of aggregateFunctions) {
    for (const name of [entry.name, ...(entry.aliases ?? [])]) t.equal(catalogue.aggregate(name), entry, name)
  }
  t.end()
})

t.test('a name that is an aggregate and a window function is looked up as the aggregate', (t) => {
  for (const entry of windowFunctions) t.equal(catalogue.window(entry.name.toUpperCase()), entry, entry.name)
  t.same(catalogue.lookup('row_number'), { kind: 'window', name: 'row_number' })
  t.same(catalogue.lookup('first_value'), { kind: 'aggregate', name: 'first_value' })
  t.end()
})

t.test('names are in snake_case', (t) => {
  for (const entry of all) {
    for (const name of [entry.name, ...(entry.aliases ?? [])]) {
      if (!isOperator(name)) t.match(name, /^[a-z][a-z0-9_]*$/)
    }
  }
  t.end()
})

t.test('every built-in says what it does in one sentence and how it is called', (t) => {
  for (const entry of all) {
    t.ok(entry.summary.length > 10, `${entry.name} has a summary`)
    t.notMatch(entry.summary, /\.$/, `the summary of ${entry.name} has no final full stop`)
    t.ok(entry.usage.includes(entry.name), `the usage of ${entry.name} names it`)
  }
  t.end()
})

t.test('every built-in has an example', (t) => {
  for (const entry of all) t.ok(entry.examples.length > 0, entry.name)
  t.end()
})

for (const entry of scalarFunctions) {
  for (const [sql, result] of entry.examples) {
    t.test(`${sql} gives ${result}`, (t) => {
      const got = evaluate(sql)
      const wanted = evaluate(result)
      t.same(got.value, wanted.value)
      t.end()
    })
  }
}

t.test('every example of an aggregate gives what it says over the sample table', async (t) => {
  const examples = aggregateFunctions.flatMap((entry) => entry.examples)
  await using ctx = new SessionContext({ backend: 'in-process' })
  const frame = ctx.fromColumns(sampleTable)
  for (const [sql, result] of examples) {
    const keys = sql.startsWith('grouping') ? ['name'] : []
    const [row] = await frame.aggregate(keys, [`${sql} as value`]).toRows()
    const [wanted] = await frame.limit(1).select(`${result} as value`).toRows()
    t.same(row?.value, wanted?.value, sql)
  }
})

t.test('the names for SQL text leave the operators out', (t) => {
  const names = [...catalogue.names()]
  t.ok(names.includes('upper'))
  t.ok(names.includes('sum'))
  t.notOk(names.some((name) => !/^\w+$/.test(name)))
  t.end()
})

t.test('the types of examples are written as Arrow writes them', (t) => {
  const { value } = evaluate("arrow_typeof([timestamp '2024-01-01'])")
  t.equal(value, 'List(Timestamp(ns))')
  t.equal(displayType({ kind: 'list', item: { name: 'item', type: { kind: 'int64' }, nullable: true } }), 'List(Int64)')
  t.end()
})
