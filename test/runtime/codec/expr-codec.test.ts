// Expressions to bytes and back: every kind of node, few bytes, the same bytes for the same expression, and nothing but
// coded errors for bytes that are none.

import * as devalue from 'devalue'
import fc from 'fast-check'
import t from 'tap'
import {
  bool,
  cast,
  col,
  cube,
  decimal128,
  type Expr,
  functions as f,
  field,
  groupingSets,
  int64,
  isExpr,
  list,
  lit,
  not,
  rollup,
  SessionContext,
  struct,
  timestamp,
  tryCast,
  udf,
  utf8,
  when,
  windowFrame,
} from 'volley'
import { childrenOf } from '../../../functions/expr/children.ts'
import { make } from '../../../functions/expr/expr.ts'
import type { ExprNode, NodeKind } from '../../../functions/expr/node.ts'
import { encodeEnvelope } from '../../../runtime/codec/envelope.ts'
import { decodeExpr, encodeExpr, exprReducers, exprRevivers } from '../../../runtime/codec/expr-codec.ts'
import { encodeGraph } from '../../../runtime/codec/graph-codec.ts'
import { seal } from '../../fuzz/seal.ts'
import { anyExpression } from '../engine/random-expressions.ts'

t.setTimeout(120_000)

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)
t.comment(`SEED=${seed} repeats this run`)

const a = col('a')
const kinds: Readonly<Record<NodeKind, readonly Expr[]>> = {
  column: [a, col('with "quotes" and é'), col('literal')],
  literal: [
    lit(1),
    lit(-5n),
    lit(2n ** 63n - 1n),
    lit(2n ** 53n),
    lit(null),
    lit(true),
    lit(false),
    lit(1.5),
    lit(-0),
    lit(NaN),
    lit(Infinity),
    lit('x'),
    lit(''),
    lit(new Date(0)),
    lit(Uint8Array.of(1, 2)),
    lit(new Uint8Array(200).fill(7)),
    lit(null, 'int8'),
    lit(5, 'int8'),
    lit(null, struct([field('x', int64, false)])),
  ],
  wildcard: [f.count()],
  binary: [
    a.add(1),
    a.eq(false),
    a.and(lit(true)),
    a.isDistinctFrom(null),
    make({ kind: 'binary', op: '||', left: a.node, right: a.node }),
  ],
  unary: [a.neg(), not(a)],
  is: [a.isNull(), a.isNotNull(), make({ kind: 'is', test: 'UNKNOWN', negated: true, input: a.node })],
  in: [a.isIn([1, 2]), a.isIn([]), make({ kind: 'in', input: a.node, list: [lit(false).node], negated: true })],
  between: [
    a.between(1, 2),
    make({ kind: 'between', input: a.node, low: a.node, high: lit(false).node, negated: true }),
  ],
  like: [a.like('%x'), make({ kind: 'like', input: a.node, pattern: a.node, caseInsensitive: true, negated: true })],
  case: [
    when(a, 1),
    when(a, false).otherwise(false),
    make({ kind: 'case', operand: a.node, whens: [a.node], thens: [a.node] }),
  ],
  cast: [
    cast(a, int64),
    tryCast(a, 'utf8'),
    a.cast(decimal128(10, 2)),
    a.cast(timestamp('us', 'Europe/Rome')),
    a.cast(timestamp('us', 'a,b)')),
    a.cast(list(field('item', int64, false))),
    a.cast(struct([field('x,y', utf8, true, { k: 'v' })])),
  ],
  alias: [a.alias('b'), a.alias('')],
  call: [f.upper(a), f.now(), f.concat(a, 'x', false)],
  udf: [udf((x: bigint) => x, [int64], int64, { name: 'same' })(a)],
  aggregate: [
    f.sum(a),
    f.count(a).distinct(),
    f.sum(a).filter(a.gt(1)),
    make({
      kind: 'aggregate',
      fn: 'first_value',
      args: [a.node],
      distinct: false,
      orderBy: [{ kind: 'sort', input: a.node, descending: true, nullsFirst: false }],
      nullTreatment: 'ignore',
    }),
  ],
  window: [
    f.sum(a).over(),
    f.sum(a).over({ partitionBy: [a], orderBy: [a.desc()] }),
    f.sum(a).over({
      orderBy: [a],
      frame: {
        units: 'rows',
        start: { kind: 'preceding', offset: { kind: 'literal', type: int64, value: 2n } },
        end: { kind: 'current' },
      },
    }),
  ],
  groupingSets: [rollup(a, [a, col('b')]), cube(a), groupingSets([a, col('b')], rollup(a), [])],
  sort: [a.desc(), a.asc(), make({ kind: 'sort', input: a.node, descending: false, nullsFirst: true })],
}

/** An expression without what only this process has: its functions' bodies. */
const plain = (node: ExprNode): unknown =>
  JSON.parse(
    JSON.stringify(node, (key, value: unknown) =>
      key === 'body'
        ? undefined
        : typeof value === 'bigint'
          ? `${value}n`
          : typeof value === 'number'
            ? `${Object.is(value, -0) ? '-0' : value}`
            : value,
    ),
  )

for (const [kind, expressions] of Object.entries(kinds)) {
  t.test(`decodeExpr() gives back what encodeExpr() had: ${kind}`, (t) => {
    for (const expression of expressions) {
      const bytes = encodeExpr(expression)
      const decoded = decodeExpr(bytes)
      t.same(plain(decoded.node), plain(expression.node), expression.canonicalName())
      t.equal(decoded.canonicalName(), expression.canonicalName())
      t.ok(isExpr(decoded) && Object.isFrozen(decoded.node) && childrenOf(decoded.node).every(Object.isFrozen))
      t.same(encodeExpr(decoded), bytes, 'the same bytes again')
    }
    t.end()
  })
}

t.test('decodeExpr() gives back any expression', (t) => {
  fc.assert(
    fc.property(anyExpression, (node) => {
      const wanted = JSON.stringify(plain(node))
      const got = JSON.stringify(plain(decodeExpr(encodeExpr(make(node))).node))
      // The order of a node's own parts does not matter.
      if ([...got].sort().join('') !== [...wanted].sort().join('')) throw new Error(`${got}\nis not\n${wanted}`)
    }),
    { seed, numRuns: 500 },
  )
  t.end()
})

/** A copy of which no two parts are one object, whose members stand in another order; functions stay themselves. */
function apart<Part>(part: Part): Part {
  if (typeof part !== 'object' || part === null || 'family' in part) return part
  if (part instanceof Uint8Array) return Uint8Array.from(part) as Part
  if (Array.isArray(part)) return part.map(apart) as Part
  const members = Object.entries(part).map(([name, member]) => [name, apart(member)] as const)
  return Object.fromEntries(members.reverse()) as Part
}

t.test('equal expressions have equal bytes, whichever of their parts are one object', (t) => {
  const frame = windowFrame('range', { preceding: 2 }, { following: 1 })
  const pair = struct([field('x', list(utf8)), field('y', list(utf8))])
  const bytes = lit(Uint8Array.of(1, 2, 3))
  const shared = [
    f.concat(f.sum(a).over({ orderBy: [a], frame }), f.max(a).over({ orderBy: [a], frame })),
    f.coalesce(a.cast(pair), col('b').cast(pair), lit(null, pair)),
    a.eq(bytes).or(col('b').eq(bytes)),
    f.coalesce(a.cast(decimal128(10, 2)), lit(5, decimal128(10, 2))),
    a.add(2).mul(a.add(2)),
    rollup([a, col('b')], [a, col('b')]),
  ]
  for (const expression of shared)
    t.same(encodeExpr(make(apart(expression.node))), encodeExpr(expression), expression.canonicalName())
  fc.assert(
    fc.property(anyExpression, (node) => {
      if (!Buffer.from(encodeExpr(make(apart(node)))).equals(encodeExpr(make(node))))
        throw new Error(String(make(node)))
    }),
    { seed, numRuns: 200 },
  )
  t.end()
})

t.test('toBytes() and fromBytes() are the same as methods', (t) => {
  const bytes = a.add(1).toBytes()
  t.same(bytes, encodeExpr(a.add(1)))
  t.equal(
    (a.constructor as unknown as { fromBytes(bytes: Uint8Array): Expr }).fromBytes(bytes).canonicalName(),
    'a + Int64(1)',
  )
  t.end()
})

const sizes: readonly (readonly [Expr, number])[] = [
  [a, 34],
  [a.add(1), 49],
  [f.upper(col('name')).eq('X'), 114],
  [a.between(1, 5).and(col('b').isIn([1, 2, 3])), 114],
  [when(a.gt(0), 'x').otherwise('y').alias('z'), 139],
  [
    f
      .sum(a.mul(lit(1).sub(col('discount'))))
      .filter(a.gt(0))
      .alias('revenue'),
    159,
  ],
  [
    f
      .coalesce(f.trim(f.lower(col('name'))), 'none')
      .cast('utf8')
      .like('%x%')
      .or(col('n').isNull()),
    214,
  ],
]
for (const [expression, most] of sizes) {
  t.test(`${expression} takes less than ${most} bytes`, (t) => {
    t.ok(encodeExpr(expression).length < most, `${encodeExpr(expression).length} bytes`)
    t.end()
  })
}

t.test('what is shared in an expression travels once', (t) => {
  let doubled = f.upper(col('a rather long name of a column'))
  for (let i = 0; i < 8; i++) doubled = f.concat(doubled, doubled)
  const bytes = encodeExpr(doubled)
  t.ok(bytes.length < 500, `${bytes.length} bytes`)
  const { node } = decodeExpr(bytes)
  t.ok(node.kind === 'call' && node.args[0] === node.args[1])
  t.end()
})

t.test('decodeExpr() refuses bytes that are cut, longer, or not an expression', (t) => {
  const bytes = encodeExpr(
    f
      .upper(col('name'))
      .eq('X')
      .and(udf((x: bigint) => x, [int64], int64, { name: 'same' })(a).gt(1)),
  )
  for (let length = 0; length < bytes.length; length++) {
    try {
      decodeExpr(bytes.subarray(0, length))
      t.fail(`${length} of ${bytes.length} bytes were taken`)
    } catch (error) {
      if (!String((error as { code?: unknown }).code).startsWith('wire_')) t.fail(`${length} bytes: ${error}`)
    }
  }
  t.throws(() => decodeExpr(Buffer.concat([bytes, Buffer.of(0)])), { code: 'wire_length' })
  t.throws(() => decodeExpr(new Uint8Array()), { code: 'wire_truncated' })
  t.throws(() => decodeExpr(Buffer.from('no expression at all, but longer than a header')), {
    code: 'wire_unknown_family',
  })
  t.end()
})

t.test('flipped bits under a checksum that fits give another expression or a coded error, nothing else', (t) => {
  const bytes = encodeExpr(
    when(a.gt(0), f.concat(a, 'x')).otherwise(a.cast('timestamp(us,UTC)').cast(utf8)).alias('out'),
  )
  for (let at = 0; at < bytes.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const flipped = Uint8Array.from(bytes)
      flipped[at] = (flipped[at] ?? 0) ^ (1 << bit)
      try {
        t.type(decodeExpr(seal(flipped)).canonicalName(), 'string')
      } catch (error) {
        if (!String((error as { code?: unknown }).code).startsWith('wire_')) t.fail(`byte ${at} bit ${bit}: ${error}`)
      }
    }
  }
  t.end()
})

t.test('expressions travel anywhere inside a payload of devalue', (t) => {
  const value = { when: new Date(0), columns: [a.add(1), { deep: new Map([['x', f.upper(a)]]) }] }
  const back = devalue.parse(devalue.stringify(value, exprReducers), exprRevivers)
  t.equal(back.columns[0].canonicalName(), 'a + Int64(1)')
  t.equal(back.columns[1].deep.get('x').canonicalName(), 'upper(a)')
  t.throws(() => devalue.parse('[["Expr",1],5]', exprRevivers), { code: 'wire_damaged' })
  t.end()
})

t.test('an expression that nests too deep or stands for too much is refused', (t) => {
  let deep: Expr = lit(true)
  for (let i = 0; i < 100_000; i++) {
    deep = make({ kind: 'unary', op: 'NOT', input: deep.node })
    if (i === 900) t.ok(decodeExpr(encodeExpr(deep)).canonicalName() === deep.canonicalName())
  }
  t.throws(() => encodeExpr(deep), { name: 'ShippingError', code: 'closure_too_deep', details: { limit: 1000 } })
  let packed: unknown = 'a'
  for (let i = 0; i < 1200; i++) packed = ['unary', 'NOT', packed]
  const { payload } = encodeGraph(packed, { udfInlining: true, findUdf: () => undefined, udfNames: () => [] })
  t.throws(() => decodeExpr(encodeEnvelope('VLYEXPR', 0, payload)), { code: 'wire_too_deep' })
  t.throws(() => decodeExpr(encodeExpr(hugeTree())), { code: 'wire_too_large' })
  t.end()
})

/** Few nodes that stand for a million. */
function hugeTree(): Expr {
  let doubled = f.upper(a)
  for (let i = 0; i < 20; i++) doubled = f.concat(doubled, doubled)
  return doubled
}

t.test('encodeExpr() takes its context from the argument', (t) => {
  const ctx = new SessionContext({ backend: 'in-process' }).withUdfInlining({ enabled: false })
  const same = udf((x: boolean) => x, [bool], bool, { name: 'same' })
  t.ok(encodeExpr(same(a), ctx).length < encodeExpr(same(a)).length)
  t.end()
})
