// Random expressions of every kind of node, whatever their types: what can be written, not what can be computed.

import fc from 'fast-check'
import type { ExprUdf } from '../../../functions/contract/udf.ts'
import type { Expr } from '../../../functions/expr/expr.ts'
import { make } from '../../../functions/expr/expr.ts'
import type {
  BinaryOperator,
  ExprNode,
  FrameBound,
  LiteralNode,
  SortNode,
  WindowFrame,
} from '../../../functions/expr/node.ts'
import { binaryPrecedence } from '../../../functions/expr/precedence.ts'
import {
  bool,
  type DataType,
  decimal128,
  dictionary,
  duration,
  field,
  int8,
  int64,
  interval,
  list,
  map,
  nullType,
  struct,
  time32,
  time64,
  timestamp,
  utf8,
} from '../../../functions/types/type.ts'
import { allTypes, valueFor } from '../../runtime/engine/random-columns.ts'

const names = fc.oneof(
  fc.constantFrom('a', 'net_total', 'Net', 'a b', 'a.b', 'select', 'date', 'interval', '1st', 'say "hi"', "it's", 'é'),
  fc.string({ minLength: 1, maxLength: 6, unit: 'grapheme' }),
)

/** Types that only casts and nulls are of, and those whose names take quotes. */
const rareTypes: readonly DataType[] = [
  decimal128(38, 38),
  decimal128(5, -2),
  timestamp('ns', '+02:00'),
  timestamp('us', 'a,b)'),
  time32('s'),
  time32('ms'),
  time64('ns'),
  duration('ns'),
  interval('year_month'),
  interval('day_time'),
  list(field('item', int8, false)),
  list(field("it's", list(utf8))),
  struct([]),
  struct([field('say "hi", (x)', int64, false), field('a:b', struct({ c: bool }))]),
  map(utf8, list(int64)),
  Object.freeze({ kind: 'map', key: field('k', utf8, false), value: field('v', int64, false) }),
  dictionary(utf8, int8),
  dictionary(decimal128(9, 2)),
  nullType,
]
const types = fc.constantFrom(...allTypes, ...rareTypes)

const nested: ReadonlySet<DataType['kind']> = new Set(['list', 'struct', 'map', 'dictionary'])
const literalOf = (among: readonly DataType[]): fc.Arbitrary<LiteralNode> =>
  fc.constantFrom(...among).chain((type) =>
    valueFor(type).map(
      (value): LiteralNode => ({
        kind: 'literal',
        type,
        // The prototype that records of fast-check lack would make a difference.
        value: type.kind === 'interval' ? { ...Object(value) } : value,
      }),
    ),
  )

const literals: fc.Arbitrary<LiteralNode> = fc.oneof(
  literalOf(allTypes.filter(({ kind }) => !nested.has(kind))),
  types.map((type): LiteralNode => ({ kind: 'literal', type, value: null })),
)

const distances: fc.Arbitrary<LiteralNode> = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map((value): LiteralNode => ({ kind: 'literal', type: int64, value })),
  fc.constant<LiteralNode>({ kind: 'literal', type: int8, value: 3 }),
)
const rangeDistances: fc.Arbitrary<LiteralNode> = fc.oneof(
  distances,
  literalOf(allTypes.filter(({ kind }) => kind === 'interval')),
)

const current: FrameBound = { kind: 'current' }
const unbounded: FrameBound = { kind: 'unbounded' }
const frameOf = (units: WindowFrame['units'], distance: fc.Arbitrary<LiteralNode>): fc.Arbitrary<WindowFrame> =>
  fc
    .tuple(
      fc.oneof(
        fc.constantFrom(current, unbounded),
        distance.map((offset): FrameBound => ({ kind: 'preceding', offset })),
      ),
      fc.oneof(
        fc.constantFrom(current, unbounded),
        distance.map((offset): FrameBound => ({ kind: 'following', offset })),
      ),
    )
    .map(([start, end]) => ({ units, start, end }))
const frames = fc.oneof(frameOf('rows', distances), frameOf('groups', distances), frameOf('range', rangeDistances))

/** What functions there are to call, by how they are called. */
export interface Callables {
  readonly scalars: readonly string[]
  readonly aggregates: readonly string[]
  readonly windows: readonly string[]
  readonly udfs: readonly ExprUdf[]
}

/** Expressions, sort keys and grouping sets over these functions. */
export function nodesOver(callables: Callables): fc.Arbitrary<Expr> {
  const { node } = fc.letrec<{ node: ExprNode }>((tie) => {
    const one = tie('node')
    const some = fc.array(one, { maxLength: 3 })
    const leaves = fc.oneof(
      names.map((name): ExprNode => ({ kind: 'column', name })),
      literals,
    )
    return {
      node: fc.oneof(
        { maxDepth: 5, depthSize: 'small', withCrossShrink: true },
        leaves,
        ...operations(one, some),
        ...calls(one, some, callables),
      ),
    }
  })
  return fc
    .oneof(
      { weight: 8, arbitrary: node },
      { weight: 1, arbitrary: sortOf(node) },
      { weight: 1, arbitrary: groupingSetsOf(node) },
    )
    .map((each) => make(each))
}

function operations(one: fc.Arbitrary<ExprNode>, some: fc.Arbitrary<ExprNode[]>): fc.Arbitrary<ExprNode>[] {
  const negated = fc.boolean()
  return [
    fc
      .tuple(fc.constantFrom(...(Object.keys(binaryPrecedence) as BinaryOperator[])), one, one)
      .map(([op, left, right]): ExprNode => ({ kind: 'binary', op, left, right })),
    fc.tuple(fc.constantFrom('NOT', '-'), one).map(([op, input]): ExprNode => ({ kind: 'unary', op, input })),
    one.map((input): ExprNode => ({ kind: 'call', name: '+', args: [{ kind: 'unary', op: '-', input }] })),
    fc
      .tuple(fc.constantFrom('NULL', 'TRUE', 'FALSE', 'UNKNOWN'), negated, one)
      .map(([test, not, input]): ExprNode => ({ kind: 'is', test, negated: not, input })),
    fc
      .tuple(one, some, negated)
      .map(([input, items, not]): ExprNode => ({ kind: 'in', input, list: items, negated: not })),
    fc
      .tuple(one, one, one, negated)
      .map(([input, low, high, not]): ExprNode => ({ kind: 'between', input, low, high, negated: not })),
    fc.tuple(one, one, negated, fc.boolean()).map(
      ([input, pattern, not, caseInsensitive]): ExprNode => ({
        kind: 'like',
        input,
        pattern,
        caseInsensitive,
        negated: not,
      }),
    ),
    fc.tuple(fc.option(one), fc.array(fc.tuple(one, one), { minLength: 1, maxLength: 2 }), fc.option(one)).map(
      ([operand, branches, otherwise]): ExprNode => ({
        kind: 'case',
        ...(operand === null ? {} : { operand }),
        whens: branches.map(([when]) => when),
        thens: branches.map(([, then]) => then),
        ...(otherwise === null ? {} : { otherwise }),
      }),
    ),
    fc.tuple(one, types, fc.boolean()).map(([input, to, safe]): ExprNode => ({ kind: 'cast', input, to, safe })),
    fc.tuple(one, names).map(([input, name]): ExprNode => ({ kind: 'alias', input, name })),
  ]
}

function calls(
  one: fc.Arbitrary<ExprNode>,
  some: fc.Arbitrary<ExprNode[]>,
  { scalars, aggregates, windows, udfs }: Callables,
): fc.Arbitrary<ExprNode>[] {
  const keys = fc.array(sortOf(one), { maxLength: 2 })
  const words = scalars.filter((name) => !/[ +]/.test(name))
  const quantifiers = scalars.filter((name) => name.includes(' '))
  const families = <Family extends ExprUdf['family']>(family: Family) =>
    udfs.filter((udf): udf is Extract<ExprUdf, { family: Family }> => udf.family === family)
  const about = fc.record({
    args: some,
    distinct: fc.boolean(),
    filter: fc.option(one, { nil: undefined }),
    nullTreatment: fc.constantFrom(undefined, 'ignore', 'respect'),
  })
  /** DISTINCT and ORDER BY say something about arguments, so there are some; what is not said is left out. */
  const parts = about.map(({ args, distinct, filter, nullTreatment }) => ({
    args,
    distinct: distinct && args.length > 0,
    ...(filter === undefined ? {} : { filter }),
    ...(nullTreatment === undefined ? {} : { nullTreatment }),
  }))
  return [
    fc.tuple(fc.constantFrom(...words), some).map(([name, args]): ExprNode => ({ kind: 'call', name, args })),
    fc
      .tuple(fc.constantFrom(...quantifiers), one, one)
      .map(([name, left, right]): ExprNode => ({ kind: 'call', name, args: [left, right] })),
    fc.tuple(fc.constantFrom(...families('scalar')), some).map(([udf, args]): ExprNode => ({ kind: 'udf', udf, args })),
    fc
      .tuple(fc.constantFrom(...aggregates, ...families('aggregate')), parts, keys)
      .map(([fn, rest, by]): ExprNode => ({ kind: 'aggregate', fn, ...rest, orderBy: rest.args.length > 0 ? by : [] })),
    fc.constant<ExprNode>({
      kind: 'aggregate',
      fn: 'count',
      args: [{ kind: 'wildcard' }],
      distinct: false,
      orderBy: [],
    }),
    fc
      .tuple(
        fc.constantFrom(...windows, ...aggregates, ...families('window'), ...families('aggregate')),
        parts,
        some,
        keys,
        fc.option(frames, { nil: undefined }),
      )
      .map(
        ([fn, rest, partitionBy, orderBy, frame]): ExprNode => ({
          kind: 'window',
          fn,
          ...rest,
          partitionBy,
          orderBy,
          ...(frame === undefined ? {} : { frame }),
        }),
      ),
  ]
}

const sortOf = (one: fc.Arbitrary<ExprNode>): fc.Arbitrary<SortNode> =>
  fc
    .tuple(one, fc.boolean(), fc.boolean())
    .map(([input, descending, nullsFirst]) => ({ kind: 'sort', input, descending, nullsFirst }))

function groupingSetsOf(one: fc.Arbitrary<ExprNode>): fc.Arbitrary<ExprNode> {
  const set = fc
    .array(one, { maxLength: 3 })
    .map(
      ([first, ...others]): ExprNode =>
        first !== undefined && others.length === 0
          ? first
          : { kind: 'groupingSets', form: 'set', items: first === undefined ? [] : [first, ...others] },
    )
  const sets = (form: 'rollup' | 'cube' | 'sets', item: fc.Arbitrary<ExprNode>): fc.Arbitrary<ExprNode> =>
    fc.array(item, { minLength: 1, maxLength: 3 }).map((items): ExprNode => ({ kind: 'groupingSets', form, items }))
  const flat = fc.oneof(sets('rollup', set), sets('cube', set), sets('sets', set))
  return fc.oneof(flat, sets('sets', fc.oneof(set, flat)))
}
