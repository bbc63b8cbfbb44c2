import t from 'tap'
import { cast, col, lit, not, tryCast, when } from '../../../functions/expr/build.ts'
import { outputName } from '../../../functions/expr/display.ts'
import { Expr, isExpr, toNode, toSortNode } from '../../../functions/expr/expr.ts'
import { decimal128, float64, int32 } from '../../../functions/types/type.ts'

t.setTimeout(120_000)

const a = col('a')
const b = col('b')
const count = new Expr({ kind: 'aggregate', fn: 'count', args: [a.node], distinct: false, orderBy: [] })

/** What is built, its canonical name and the name of the column it gives. */
const names: readonly (readonly [Expr, string, string?])[] = [
  [a, 'a'],
  [lit(1), 'Int64(1)'],
  [lit(1.5), 'Float64(1.5)'],
  [lit('x'), 'Utf8("x")'],
  [lit(null), 'NULL'],
  [lit(true), 'Boolean(true)'],
  [a.add(1), 'a + Int64(1)'],
  [a.sub(b.sub(1)), 'a - (b - Int64(1))'],
  [a.sub(b).sub(1), 'a - b - Int64(1)'],
  [a.add(b).mul(2), '(a + b) * Int64(2)'],
  [a.mul(b).add(2), 'a * b + Int64(2)'],
  [lit(5).sub(a), 'Int64(5) - a'],
  [a.neg(), '(- a)'],
  [a.eq(b).and(a.lt(1).or(b.gte(2))), 'a = b AND (a < Int64(1) OR b >= Int64(2))'],
  [not(a.neq(b)), 'NOT (a <> b)'],
  [a.isNull(), 'a IS NULL'],
  [a.isNotNull(), 'a IS NOT NULL'],
  [a.isTrue(), 'a IS TRUE'],
  [a.isDistinctFrom(b), 'a IS DISTINCT FROM b'],
  [a.isIn([1, 2]), 'a IN ([Int64(1), Int64(2)])'],
  [a.isNotIn(['x']), 'a NOT IN ([Utf8("x")])'],
  [a.between(1, 2), 'a BETWEEN Int64(1) AND Int64(2)'],
  [a.notBetween(1, 2), 'a NOT BETWEEN Int64(1) AND Int64(2)'],
  [a.like('x%'), 'a LIKE Utf8("x%")'],
  [a.ilike('x%'), 'a ILIKE Utf8("x%")'],
  [a.notLike('x%'), 'a NOT LIKE Utf8("x%")'],
  [a.concat(b), 'a || b'],
  [cast(a, int32), 'CAST(a AS Int32)', 'a'],
  [tryCast(a, 'decimal128(10,2)'), 'TRY_CAST(a AS Decimal128(10, 2))', 'a'],
  [a.cast(float64).add(1), 'CAST(a AS Float64) + Int64(1)', 'a + Int64(1)'],
  [a.add(1).alias('n'), 'a + Int64(1) AS n', 'n'],
  [a.alias('n').cast(int32), 'CAST(a AS n AS Int32)', 'n'],
  [when(a.gt(1), 'x').otherwise('y'), 'CASE WHEN a > Int64(1) THEN Utf8("x") ELSE Utf8("y") END'],
  [when(a, 1).when(b, 2), 'CASE WHEN a THEN Int64(1) WHEN b THEN Int64(2) END'],
  [a.getField('f'), 'get_field(a, Utf8("f"))'],
  [a.index(-1), 'array_element(a, Int64(-1))'],
  [count, 'count(a)'],
  [count.distinct(), 'count(DISTINCT a)'],
  [count.filter(b.gt(0)), 'count(a) FILTER (WHERE b > Int64(0))'],
  [count.orderBy(b.desc()), 'count(a) ORDER BY [b DESC NULLS FIRST]'],
  [count.over({ partitionBy: [b], orderBy: [a] }), 'count(a) PARTITION BY [b] ORDER BY [a ASC NULLS LAST]'],
]

for (const [expr, canonical, output] of names) {
  t.test(`${canonical} is written so`, (t) => {
    t.equal(expr.canonicalName(), canonical)
    t.equal(outputName(expr.node), output ?? canonical)
    t.end()
  })
}

t.test('expressions are frozen and building one changes no other', (t) => {
  const sum = a.add(1)
  const twice = sum.mul(2)
  t.ok(Object.isFrozen(sum.node))
  t.equal(String(sum), 'a + Int64(1)')
  t.equal(String(twice), '(a + Int64(1)) * Int64(2)')
  t.end()
})

t.test('a CASE can be finished at every step', (t) => {
  const one = when(a, 1)
  const two = one.when(b, 2)
  t.equal(String(one), 'CASE WHEN a THEN Int64(1) END')
  t.equal(String(two.otherwise(0)), 'CASE WHEN a THEN Int64(1) WHEN b THEN Int64(2) ELSE Int64(0) END')
  t.end()
})

t.test('isExpr() knows expressions by their brand, not by their class', (t) => {
  t.ok(isExpr(a))
  t.ok(isExpr({ [Symbol.for('volley.Expr')]: true, node: a.node }))
  t.notOk(isExpr({ node: a.node }))
  t.notOk(isExpr(null))
  t.end()
})

t.test('toNode() makes literals of JavaScript values', (t) => {
  t.same(toNode(1), { kind: 'literal', type: { kind: 'int64' }, value: 1n })
  t.equal(toNode(a), a.node)
  t.end()
})

t.test('toSortNode() ascends with nulls last unless told otherwise', (t) => {
  t.match(toSortNode(a), { descending: false, nullsFirst: false })
  t.match(toSortNode(a.desc()), { descending: true, nullsFirst: true })
  t.match(toSortNode(a.desc({ nullsFirst: false })), { descending: true, nullsFirst: false })
  t.match(toSortNode(a.asc({ nullsFirst: true })), { descending: false, nullsFirst: true })
  t.end()
})

t.test('col() refuses an empty name', (t) => {
  t.throws(() => col(''), { code: 'invalid_argument', message: 'Cannot make a column without a name' })
  t.end()
})

t.test('the methods of aggregates refuse other expressions', (t) => {
  t.throws(() => a.distinct(), {
    code: 'type_mismatch',
    message: 'Cannot call distinct() on a: it is not an aggregate',
  })
  t.throws(() => a.add(1).over(), { code: 'type_mismatch' })
  t.end()
})

t.test('types of casts may be given by name', (t) => {
  t.same(a.cast('decimal128(10,2)').node, { kind: 'cast', input: a.node, to: decimal128(10, 2), safe: false })
  t.throws(() => a.cast('nope'), { code: 'unknown_type' })
  t.end()
})
