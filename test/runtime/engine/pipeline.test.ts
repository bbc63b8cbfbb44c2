// Programs as chains of operators: what is fused gives what the steps one by one would give.

import t from 'tap'
import type { Batch, Column } from '../../../functions/column/column.ts'
import { columnOf } from '../../../functions/column/output-buffer.ts'
import { make } from '../../../functions/expr/expr.ts'
import type { ExprNode } from '../../../functions/expr/node.ts'
import {
  col,
  type Expr,
  functions as f,
  float64,
  int32,
  int64,
  lit,
  udf,
  utf8,
  when,
} from '../../../functions/index.ts'
import { type DataType, dictionary, field, type Schema } from '../../../functions/types/type.ts'
import type { Value } from '../../../functions/types/value.ts'
import { CompiledPipeline } from '../../../runtime/engine/pipeline.ts'
import type { Program } from '../../../runtime/program/program.ts'
import { rowsIn, runProgram } from './run-program.ts'

const schema: Schema = [field('a', int64), field('b', int64), field('s', utf8)]
const table: Batch = {
  length: 4,
  columns: [
    columnOf([1n, null, 3n, 4n], int64),
    columnOf([2n, 0n, 0n, 8n], int64),
    columnOf(['x', 'y', 'é', null], utf8),
  ],
}
const filter = (condition: Expr) => ({ op: 'filter', condition: condition.node }) as const
const project = (columns: Readonly<Record<string, Expr>>) =>
  ({ op: 'project', columns: Object.entries(columns).map(([name, { node }]) => ({ name, node })) }) as const
const run = (program: Program, batches: readonly Batch[] = [table]) => rowsIn(runProgram(schema, program, batches))

const one = (a: Value, b: Value): Batch => ({
  length: 1,
  columns: [columnOf([a], int64), columnOf([b], int64), columnOf(['x'], utf8)],
})

t.test('a filter has no say about rows that an earlier filter left out as null', (t) => {
  const divides = lit(12).div(col('b')).gt(1)
  t.same(run([filter(col('a').lt(3)), filter(divides), project({ a: col('a') })]), [[1n]])
  t.throws(() => run([filter(col('a').gt(2)), filter(divides)]), { code: 'division_by_zero' })
  t.throws(() => run([filter(col('a').lt(3).and(divides))]), { code: 'division_by_zero' }, 'AND looks behind a null')
  t.end()
})

t.test('a volatile function is called once per row wherever its result is compared several times', (t) => {
  let calls = 0
  const next = udf(
    (value: bigint) => {
      calls++
      return value
    },
    [int64],
    int64,
    { name: 'next' },
  )
  const callsOf = (expression: Expr): number => {
    calls = 0
    run([project({ out: expression })], [one(5n, 7n)])
    return calls
  }
  t.equal(callsOf(next(col('a')).between(col('b').sub(9), col('b'))), 1)
  t.equal(callsOf(next(col('a')).isIn([col('b'), col('b').sub(2)])), 1)
  const operand = {
    kind: 'case',
    operand: next(col('a')).node,
    whens: [lit(1).node, lit(5).node],
    thens: [lit('x').node, lit('y').node],
  }
  t.equal(callsOf(make(operand as ExprNode)), 1)
  t.equal(callsOf(next(col('a')).add(next(col('a')))), 2, 'written twice it is called twice')
  t.end()
})

t.test('a column that a user function computes is computed once however often it is used', (t) => {
  let calls = 0
  const twice = udf((value: bigint) => BigInt(++calls) * 0n + value * 2n, [int64], int64, { name: 'twice' })
  const program = [
    project({ a: col('a'), Double: twice(col('a')) }),
    filter(col('double').gt(2)),
    project({ x: col('Double'), y: col('DOUBLE').add(1) }),
  ]
  t.same(run(program), [
    [6n, 7n],
    [8n, 9n],
  ])
  t.equal(calls, 3, 'once for each row that is not null')
  t.end()
})

t.test("an error in a branch that is not taken is nobody's", (t) => {
  const guarded = when(col('b').neq(0), lit(8).div(col('b'))).otherwise(-1)
  t.same(run([project({ out: guarded })]), [[4n], [-1n], [-1n], [1n]])
  t.same(
    run([
      filter(
        col('b')
          .neq(0)
          .and(lit(8).div(col('b')).gt(3)),
      ),
      project({ b: col('b') }),
    ]),
    [[2n]],
  )
  t.throws(() => run([project({ out: lit(8).div(col('b')) })]), { code: 'division_by_zero' })
  t.end()
})

t.test('limit passes rows over, stops at its count and says when it needs no more', (t) => {
  const limit = (offset: number, count: number): Program => [{ op: 'limit', offset, count }, project({ b: col('b') })]
  t.same(run(limit(1, 4), [table, table]), [[0n], [0n], [8n], [2n]])
  t.same(run(limit(0, 0)), [])
  t.same(run(limit(9, 5), [table, table]), [])
  t.same(run(limit(3, 99), [table, table]).length, 5)
  const pipeline = new CompiledPipeline(schema, limit(0, 5)).start()
  pipeline.push(table)
  t.notOk(pipeline.done)
  pipeline.push(table)
  t.ok(pipeline.done)
  t.end()
})

t.test('limit after a filter counts what the filter passes', (t) => {
  const program: Program = [filter(col('b').eq(0)), { op: 'limit', offset: 1, count: 2 }, project({ s: col('s') })]
  t.same(run(program, [table, table]), [['é'], ['y']])
  t.end()
})

t.test('rows are counted without keys even when there are none', (t) => {
  const count: Program = [
    filter(col('b').gt(99)),
    {
      op: 'aggregate',
      phase: 'single',
      by: [],
      aggregates: [f.count?.().node as never, f.sum?.(col('a')).node as never],
      schema,
    },
  ]
  t.same(run(count), [[0n, null]])
  t.same(run(count, []), [[0n, null]])
  t.end()
})

t.test('a grouping of no rows has no groups, a grouping by null has one', (t) => {
  const by = (node: ExprNode): Program => [
    { op: 'aggregate', phase: 'single', by: [{ name: 'k', node }], aggregates: [f.count?.().node as never], schema },
  ]
  t.same(run(by(col('a').node), []), [])
  t.same(run(by(lit(null).node)), [[null, 4n]])
  t.same(run(by(col('s').isNull().node)), [
    [false, 3n],
    [true, 1n],
  ])
  t.end()
})

const coded = (values: readonly Value[], codes: readonly number[], type: DataType): Column => ({
  storage: 'dictionary',
  type,
  length: codes.length,
  valid: undefined,
  codes: Int32Array.from(codes),
  dictionary: columnOf(values, type) as never,
})

t.test('sort joins batches whose dictionaries differ', (t) => {
  const fields: Schema = [field('d', dictionary(int32)), field('w', dictionary(utf8))]
  const batches: readonly Batch[] = [
    { length: 2, columns: [coded([7, 5], [1, 0], int32), coded(['é', 'a'], [0, 1], utf8)] },
    { length: 2, columns: [coded([6, -1], [0, 1], int32), coded(['b'], [0, 0], utf8)] },
  ]
  const key = { kind: 'sort', input: col('d').node, descending: false, nullsFirst: false } as const
  const [sorted] = runProgram(fields, [{ op: 'sort', keys: [key] }], batches)
  t.same(rowsIn(sorted === undefined ? [] : [sorted]), [
    [-1, 'b'],
    [5, 'é'],
    [6, 'b'],
    [7, 'a'],
  ])
  t.match(sorted?.columns[0], { storage: 'number', type: int32, values: Int32Array.of(-1, 5, 6, 7) })
  t.end()
})

t.test('a user function that throws tells its name, the row of the partition, and the place in its file', (t) => {
  const strict = udf(
    (value: bigint) => {
      if (value === 4n) throw new RangeError('four')
      return Number(value)
    },
    [int64],
    float64,
    { name: 'strict' },
  )
  const program = [filter(col('b').gt(0)), project({ out: strict(col('a')) })]
  t.throws(() => run(program, [table, table]), {
    name: 'UdfError',
    code: 'udf_failed',
    message: /^Function "strict" threw in row 3 at .*pipeline\.test\.ts:\d+:\d+: four$/,
    details: { udf: 'strict', row: 3, message: 'four', file: /pipeline\.test\.ts$/, line: Number },
    cause: RangeError,
  })
  t.throws(() => run([filter(strict(col('a')).gt(0))], [one(1n, 1n), one(2n, 1n), one(4n, 1n)]), {
    code: 'udf_failed',
    details: { row: 2 },
  })
  t.end()
})

t.test('a user function is blamed for its own errors only', (t) => {
  const same = udf((value: bigint) => value, [int64], int64, { name: 'same' })
  t.throws(() => run([project({ out: same(col('a')).div(col('b')) })], [one(1n, 0n)]), {
    code: 'division_by_zero',
    details: { row: 0 },
  })
  const text = udf(() => 7 as unknown as string, [int64], utf8, { name: 'text' })
  t.throws(() => run([project({ out: text(col('a')) })], [one(1n, 1n)]), {
    code: 'udf_wrong_result',
    message: 'Function "text" returned the number 7, its declared type is Utf8',
    details: { udf: 'text', row: 0 },
  })
  t.end()
})
