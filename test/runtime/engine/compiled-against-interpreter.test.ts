// Generated loops against the interpreter: random expressions over random batches give the same rows, or fail with the
// same code.

import fc from 'fast-check'
import t from 'tap'
import { Binder } from '../../../functions/bind/binder.ts'
import type { Bound } from '../../../functions/bind/bound.ts'
import { catalogue } from '../../../functions/catalogue/catalogue.ts'
import type { Batch } from '../../../functions/column/column.ts'
import { PlanError } from '../../../functions/errors.ts'
import { displayNode } from '../../../functions/expr/display.ts'
import type { ExprNode } from '../../../functions/expr/node.ts'
import type { Schema } from '../../../functions/types/type.ts'
import type { Value } from '../../../functions/types/value.ts'
import type { Program } from '../../../runtime/program/program.ts'
import { interpret } from './interpret.ts'
import { batchOf, type RandomTable, randomTable, rowsOf } from './random-columns.ts'
import { anyCondition, anyExpression, resolve } from './random-expressions.ts'
import { rowsIn, runProgram } from './run-program.ts'
import { outcome, show, valuesOf } from './values.ts'

t.setTimeout(240_000)

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)
const runs = Number(process.env.RUNS ?? 2000)
t.comment(`SEED=${seed} repeats this run`)

/** Bound expressions, or undefined where planning refuses one, as it should. */
function bindAll(nodes: readonly ExprNode[], schema: Schema): readonly Bound[] | undefined {
  const binder = new Binder(schema, catalogue)
  try {
    return nodes.map((node) => binder.bind(node))
  } catch (error) {
    if (error instanceof PlanError) return undefined
    throw error
  }
}

/** The rows that the interpreter gives; or one of the codes of what goes wrong, as which comes first is left open. */
function wantedOutcomes(outputs: readonly Bound[], batch: Batch, rows: readonly number[]): readonly string[] {
  const codes = new Set<string>()
  const wanted = rows.map((row) =>
    outputs.map((output) => {
      const text = outcome(() => [[interpret(output, batch, row)]])
      if (text.startsWith('throws')) codes.add(text)
      return text
    }),
  )
  return codes.size > 0 ? [...codes] : [wanted.map((row) => row.join(' | ')).join('\n')]
}

/** The rows as two batches, which share what is kept from batch to batch. */
function inTwo(table: RandomTable): readonly Batch[] {
  const { length } = batchOf(table)
  const cut = Math.min(table.before, length)
  return [batchOf(table, 0, cut), batchOf(table, cut, length)]
}

function compiledRows(
  nodes: readonly ExprNode[],
  table: RandomTable,
  condition?: ExprNode,
): readonly (readonly Value[])[] {
  const columns = nodes.map((node, i) => ({ name: `out${i}`, node }))
  const filter: Program = condition === undefined ? [] : [{ op: 'filter', condition }]
  return rowsIn(runProgram(table.schema, [...filter, { op: 'project', columns }], inTwo(table)))
}

/** Parts that are evaluated on a dictionary's entries fail before those that are evaluated row by row. */
function expectOneOf(
  wanted: readonly string[],
  table: RandomTable,
  nodes: readonly ExprNode[],
  compute: () => readonly (readonly Value[])[],
): void {
  const got = outcome(compute)
  const anyFailure = table.columns.some(({ encoding }) => encoding === 'dictionary')
  if (wanted.includes(got) || (anyFailure && [got, ...wanted].every((text) => text.startsWith('throws')))) return
  throw new Error(`${nodes.map(displayNode).join('; ')}\nwanted\n${wanted.join(' or ')}\ngot\n${got}`)
}

const rowNumbers = (batch: Batch): readonly number[] => Array.from({ length: batch.length }, (_, row) => row)

const options = { seed, numRuns: runs }

t.test('fromRecordBatch() and columnOf() hold the values of random tables', (t) => {
  fc.assert(
    fc.property(randomTable(), (table) => {
      const batch = batchOf(table)
      const columns = batch.columns.map(valuesOf)
      const got = rowNumbers(batch).map((row) => columns.map((column) => show(column[row])).join(' | '))
      const wanted = rowsOf(table).map((row) => row.map(show).join(' | '))
      if (got.join('\n') !== wanted.join('\n')) throw new Error(`wanted\n${wanted.join('\n')}\ngot\n${got.join('\n')}`)
    }),
    options,
  )
  t.end()
})

t.test('a projection gives what the interpreter gives', (t) => {
  let compared = 0
  fc.assert(
    fc.property(randomTable(), fc.array(anyExpression, { minLength: 1, maxLength: 2 }), (table, expressions) => {
      const nodes = expressions.map((node) => resolve(node, table.schema))
      const outputs = bindAll(nodes, table.schema)
      if (outputs === undefined) return
      compared++
      const batch = batchOf(table)
      expectOneOf(wantedOutcomes(outputs, batch, rowNumbers(batch)), table, nodes, () => compiledRows(nodes, table))
    }),
    options,
  )
  t.ok(compared > runs / 2, `${compared} of ${runs} could be planned`)
  t.end()
})

t.test('a filter passes the rows for which the interpreter says true, and a projection sees those', (t) => {
  let compared = 0
  fc.assert(
    fc.property(randomTable(), anyCondition, anyExpression, (table, condition, expression) => {
      const nodes = [condition, expression].map((node) => resolve(node, table.schema))
      const [test, output] = bindAll(nodes, table.schema) ?? []
      if (test === undefined || output === undefined || test.type.kind !== 'bool') return
      compared++
      const batch = batchOf(table)
      const tests = rowNumbers(batch).map((row) => outcome(() => [[interpret(test, batch, row)]]))
      const failures = tests.filter((text) => text.startsWith('throws'))
      const chosen = rowNumbers(batch).filter((row) => tests[row] === 'true')
      const wanted = failures.length > 0 ? failures : wantedOutcomes([output], batch, chosen)
      expectOneOf(wanted, table, nodes, () => compiledRows(nodes.slice(1), table, nodes[0]))
    }),
    options,
  )
  t.ok(compared > runs / 2, `${compared} of ${runs} could be planned`)
  t.end()
})
