// Null rows whose column holds rubbish, or nothing at all, where their value would be.

import t from 'tap'
import type { Batch, Column } from '../../../functions/column/column.ts'
import { columnOf } from '../../../functions/column/output-buffer.ts'
import type { ExprNode } from '../../../functions/expr/node.ts'
import { col, functions as f, float64, int64, lit, udf, utf8, when } from '../../../functions/index.ts'
import { binary, type DataType, field, nullType } from '../../../functions/types/type.ts'
import type { Value } from '../../../functions/types/value.ts'
import { rowsIn, runProgram } from './run-program.ts'

const single = (type: DataType, column: Column, node: ExprNode): readonly Value[] => {
  const batch: Batch = { length: column.length, columns: [column] }
  return rowsIn(runProgram([field('a', type)], [{ op: 'project', columns: [{ name: 'out', node }] }], [batch])).map(
    ([value]) => value ?? null,
  )
}

t.test('a row that is null by its code may point nowhere into the dictionary', (t) => {
  const codes = Int32Array.of(0, 99, 1, 0)
  const valid = Uint8Array.of(1, 0, 1, 1)
  const numbers: Column = {
    storage: 'dictionary',
    type: int64,
    length: 4,
    valid,
    codes,
    dictionary: columnOf([7n, null], int64) as never,
  }
  t.same(single(int64, numbers, col('a').add(1).node), [8n, null, null, 8n])
  t.same(single(int64, numbers, f.coalesce?.(col('a'), lit(0)).node as ExprNode), [7n, 0n, 0n, 7n])
  t.same(single(int64, numbers, col('a').isNull().node), [false, true, true, false])
  const texts: Column = { ...numbers, type: utf8, dictionary: columnOf(['x', null], utf8) as never }
  t.same(single(utf8, texts, f.upper?.(col('a')).node as ExprNode), ['X', null, null, 'X'])
  t.end()
})

t.test('a dictionary column of nulls alone has no entries to read', (t) => {
  const nulls: Column = {
    storage: 'dictionary',
    type: utf8,
    length: 2,
    valid: new Uint8Array(2),
    codes: new Int32Array(2),
    dictionary: columnOf([], utf8) as never,
  }
  t.same(single(utf8, nulls, f.upper?.(col('a')).node as ExprNode), [null, null])
  t.same(single(utf8, nulls, f.concat?.(col('a'), lit('!')).node as ExprNode), ['!', '!'])
  t.end()
})

t.test('bytes are not compared in rows where they are null', (t) => {
  const column = columnOf([Uint8Array.of(1), null], binary)
  t.same(single(binary, column, col('a').eq(col('a')).node), [true, null])
  t.same(single(binary, column, when(col('a').isNull(), col('a')).otherwise(col('a')).lt(col('a')).node), [false, null])
  t.end()
})

t.test('whatever computes a value of the null type, it is null in every other type', (t) => {
  const column = columnOf([null, null], nullType)
  const none = when(col('a').eq(1), col('a')).node
  t.same(single(nullType, column, none), [null, null])
  t.same(single(nullType, column, { kind: 'call', name: 'upper', args: [none] }), [null, null])
  t.same(single(nullType, column, { kind: 'call', name: 'length', args: [none] }), [null, null])
  t.same(single(nullType, column, { kind: 'binary', op: '+', left: none, right: lit(1).node }), [null, null])
  t.end()
})

t.test('a function that never returns null still gives null for a null argument', (t) => {
  const half = udf((value: number) => value / 2, [float64], field('half', float64, false), { name: 'half' })
  t.same(single(float64, columnOf([3, null], float64), half(col('a')).node), [1.5, null])
  t.same(single(float64, columnOf([3, null], float64), half(col('a')).isNull().node), [false, true])
  t.end()
})
