// The text of an expression is read back as the same expression: literals with their types, operators with their
// precedence, CASE, casts, calls.

import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { test } from 'tap'
import { col, lit, SessionContext, when } from 'volley'
import { type Expr, make } from '../../../functions/expr/expr.ts'
import type { BinaryOperator } from '../../../functions/expr/node.ts'

const ctx = new SessionContext()

const literals: fc.Arbitrary<Expr> = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => lit(value)),
  fc.integer({ min: -128, max: 127 }).map((value) => lit(value, 'int8')),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((value) => lit(value, 'uint64')),
  fc.double().map((value) => lit(value, 'float64')),
  fc.float().map((value) => lit(value, 'float32')),
  fc.string().map((value) => lit(value)),
  fc.boolean().map((value) => lit(value)),
  fc.integer({ min: -100_000, max: 100_000 }).map((value) => lit(value, 'date32')),
  fc.constant(lit(null)),
)

const operators: readonly BinaryOperator[] = ['OR', 'AND', '=', '<>', '<', '>=', '+', '-', '*', '/', '%']

const { expr } = fc.letrec<{ expr: Expr }>((tie) => ({
  expr: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.constantFrom('a', 'net_total', 'a b', 'a.b', 'select', 'Net', 'say "hi"', 'date', '1st').map(col),
    literals,
    fc
      .tuple(fc.constantFrom(...operators), tie('expr'), tie('expr'))
      .map(([op, left, right]) => make({ kind: 'binary', op, left: left.node, right: right.node })),
    tie('expr').map((input) => input.not()),
    tie('expr').map((input) => input.isNull()),
    fc
      .tuple(
        tie('expr'),
        fc.integer().map((value) => lit(value)),
        tie('expr'),
      )
      .map(([input, first, second]) => input.isIn([first, second])),
    fc
      .tuple(tie('expr'), fc.string({ minLength: 1 }))
      .map(([input, name]) => lit(1).add(input).cast('int8').isNull().and(col(name))),
    fc.tuple(tie('expr'), tie('expr'), tie('expr')).map(([input, low, high]) => input.between(low, high)),
    fc.tuple(tie('expr'), tie('expr')).map(([input, pattern]) => input.like(pattern)),
    fc.tuple(tie('expr'), tie('expr'), tie('expr')).map(([a, b, c]) => when(a, b).otherwise(c)),
    fc.tuple(tie('expr'), fc.constantFrom('int64', 'utf8', 'float32')).map(([input, type]) => input.cast(type)),
  ),
}))

test('parseExpr(String(expr)) is the same expression', { timeout: 120_000 }, (t) => {
  fc.assert(
    fc.property(expr, (printed) => {
      const read = ctx.parseExpr(String(printed))
      return String(read) === String(printed) && isDeepStrictEqual(read.node, printed.node)
    }),
    { numRuns: 500 },
  )
  t.end()
})

test('literals print the shortest text that is the same value', async (t) => {
  t.equal(String(lit(0.1, 'float32')), 'Float32(0.1)')
  t.equal(String(lit('say "hi"')), 'Utf8("say ""hi""")')
  t.strictSame(ctx.parseExpr('Int8(-5)').node, lit(-5, 'int8').node)
  t.strictSame(ctx.parseExpr('Float64(-inf)').node, lit(Number.NEGATIVE_INFINITY).node)
  t.throws(() => ctx.parseExpr('Int8(300)'), { code: 'invalid_argument' })
})
