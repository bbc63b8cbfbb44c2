// Random expressions for the property tests. Columns are placeholders until `resolve` picks those of a schema.

import fc from 'fast-check'
import { literal } from '../../../functions/expr/literal.ts'
import type { BinaryOperator, ExprNode } from '../../../functions/expr/node.ts'
import { rewrite } from '../../../functions/expr/walk.ts'
import { bool, type DataType, float64, int64, isNumeric, type Schema, utf8 } from '../../../functions/types/type.ts'
import { allTypes, momentTypes, nestedTypes, numberTypes, valueFor } from './random-columns.ts'
import { udfs } from './random-udfs.ts'

type Node = fc.Arbitrary<ExprNode>
type Class = 'number' | 'text' | 'bool' | 'moment' | 'any'

const ofClass: Readonly<Record<Class, (type: DataType) => boolean>> = {
  number: isNumeric,
  text: (type) => type.kind === 'utf8',
  bool: (type) => type.kind === 'bool',
  moment: (type) => type.kind === 'date32' || type.kind === 'timestamp',
  any: () => true,
}

const literalOf = (types: readonly DataType[]): Node =>
  fc.constantFrom(...types).chain((type) => valueFor(type).map((value): ExprNode => ({ kind: 'literal', type, value })))
const nullLiteral: Node = fc.constant(literal(null))
const smallCount = fc.integer({ min: -3, max: 5 }).map((n) => literal(n))
/** A leaf of a class: mostly a column, which column is decided when there is a schema. */
const leaf = (wanted: Class, literals: Node): Node =>
  fc.oneof(
    { weight: 6, arbitrary: fc.nat(7).map((pick): ExprNode => ({ kind: 'column', name: `${wanted} ${pick}` })) },
    { weight: 2, arbitrary: literals },
    { weight: 1, arbitrary: nullLiteral },
  )

const call = (names: readonly string[], ...args: readonly Node[]): Node =>
  fc
    .tuple(fc.constantFrom(...names), ...args)
    .map(([name, ...nodes]): ExprNode => ({ kind: 'call', name, args: nodes }))
const binary = (ops: readonly BinaryOperator[], left: Node, right: Node): Node =>
  fc
    .tuple(fc.constantFrom(...ops), left, right)
    .map(([op, l, r]): ExprNode => ({ kind: 'binary', op, left: l, right: r }))
const castTo = (input: Node, types: readonly DataType[]): Node =>
  fc
    .tuple(input, fc.constantFrom(...types), fc.boolean())
    .map(([node, to, safe]): ExprNode => ({ kind: 'cast', input: node, to, safe }))
const udfCall = (wanted: Class, args: Readonly<Record<string, Node>>): Node => {
  const fitting = udfs.filter(({ definition }) => ofClass[wanted](definition.returns.type))
  return fc
    .constantFrom(...fitting)
    .chain(({ definition }) =>
      fc
        .tuple(...definition.inputs.map((type) => args[type.kind] ?? nullLiteral))
        .map((nodes): ExprNode => ({ kind: 'udf', udf: definition, args: nodes })),
    )
}
/** CASE, coalesce and their like, which work for every class. */
const choices = (value: Node, condition: Node): Node =>
  fc.oneof(
    fc
      .tuple(fc.array(fc.tuple(condition, value), { minLength: 1, maxLength: 3 }), fc.option(value))
      .map(([branches, otherwise]) => caseOf(undefined, branches, otherwise)),
    fc
      .tuple(value, fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 2 }), fc.option(value))
      .map(([operand, branches, otherwise]) => caseOf(operand, branches, otherwise)),
    fc.array(value, { minLength: 1, maxLength: 3 }).map((args): ExprNode => ({ kind: 'call', name: 'coalesce', args })),
    call(['nullif', 'nvl', 'greatest', 'least'], value, value),
    call(['nvl2'], value, value, value),
  )

const caseOf = (
  operand: ExprNode | undefined,
  branches: readonly (readonly [ExprNode, ExprNode])[],
  otherwise: ExprNode | null,
): ExprNode => ({
  kind: 'case',
  ...(operand === undefined ? {} : { operand }),
  whens: branches.map(([when]) => when),
  thens: branches.map(([, then]) => then),
  ...(otherwise === null ? {} : { otherwise }),
})

const arithmetic = ['+', '-', '*', '/', '%'] as const
const comparisons = ['=', '<>', '<', '<=', '>', '>=', 'IS DISTINCT FROM', 'IS NOT DISTINCT FROM'] as const

const { number, text, condition, moment, any } = fc.letrec<
  Record<'number' | 'text' | 'condition' | 'moment' | 'any', ExprNode>
>((tie) => {
  const [n, s, c, m, a] = [tie('number'), tie('text'), tie('condition'), tie('moment'), tie('any')]
  const args = { int64: n, float64: n, utf8: s, bool: c, timestamp: m, int32: n }
  const deep = { maxDepth: 4, depthIdentifier: 'expression' }
  const negate: Node = fc.oneof(n).map((input): ExprNode => ({ kind: 'unary', op: '-', input }))
  const between = (value: Node): Node =>
    fc
      .tuple(value, value, value, fc.boolean())
      .map(([input, low, high, negated]): ExprNode => ({ kind: 'between', input, low, high, negated }))
  const within = (value: Node): Node =>
    fc
      .tuple(value, fc.array(value, { minLength: 1, maxLength: 4 }), fc.boolean())
      .map(([input, list, negated]): ExprNode => ({ kind: 'in', input, list, negated }))
  const isTest = (input: Node, tests: readonly ('NULL' | 'TRUE' | 'FALSE' | 'UNKNOWN')[]): Node =>
    fc
      .tuple(input, fc.constantFrom(...tests), fc.boolean())
      .map(([node, test, negated]): ExprNode => ({ kind: 'is', test, negated, input: node }))
  const patterns = fc.constantFrom('%', 'a%', '%b', '_', '%ü%', 'A\\%', '', '%a_c%', '日%').map((p) => literal(p))
  const like = fc.tuple(s, fc.oneof(patterns, s), fc.boolean(), fc.boolean()).map(
    ([input, pattern, caseInsensitive, negated]): ExprNode => ({
      kind: 'like',
      input,
      pattern,
      caseInsensitive,
      negated,
    }),
  )
  return {
    number: fc.oneof(
      deep,
      leaf('number', fc.oneof(literalOf([int64, float64]), literalOf(numberTypes))),
      binary(arithmetic, n, n),
      negate,
      choices(n, c),
      castTo(n, numberTypes),
      castTo(s, [int64, float64]),
      call(
        ['abs', 'ceil', 'floor', 'round', 'sqrt', 'exp', 'ln', 'log10', 'signum', 'sin', 'cbrt', 'isnan'].slice(0, 11),
        n,
      ),
      call(['power', 'atan2', 'nanvl', 'gcd', 'log'], n, n),
      call(['length', 'octet_length', 'ascii', 'bit_length'], s),
      call(['strpos', 'levenshtein'], s, s),
      udfCall('number', args),
    ),
    text: fc.oneof(
      deep,
      leaf('text', literalOf([utf8])),
      binary(['||'], s, fc.oneof(s, n)),
      choices(s, c),
      castTo(fc.oneof(n, c, m), [utf8]),
      call(['upper', 'lower', 'trim', 'ltrim', 'rtrim', 'reverse', 'initcap', 'md5'], s),
      call(['left', 'right', 'repeat', 'lpad', 'substr'], s, smallCount),
      call(['substr'], s, smallCount, smallCount),
      call(['replace', 'translate'], s, s, s),
      call(['concat', 'concat_ws'], s, s, s),
      call(['split_part'], s, s, smallCount),
      call(['arrow_typeof'], a),
      udfCall('text', args),
    ),
    condition: fc.oneof(
      deep,
      leaf('bool', literalOf([bool])),
      binary(comparisons, n, n),
      binary(comparisons, s, s),
      binary(comparisons, m, m),
      binary(['IS DISTINCT FROM', '=', '<'], a, a),
      binary(['AND', 'OR'], c, c),
      fc.oneof(c).map((input): ExprNode => ({ kind: 'unary', op: 'NOT', input })),
      isTest(a, ['NULL']),
      isTest(c, ['TRUE', 'FALSE', 'UNKNOWN', 'NULL']),
      within(n),
      within(s),
      between(fc.oneof(n, s)),
      like,
      binary(
        ['~', '!~*'],
        s,
        fc.constantFrom('a+', '^.$', '[0-9]').map((p) => literal(p)),
      ),
      call(['starts_with', 'ends_with', 'contains'], s, s),
      call(['isnan', 'iszero'], n),
      choices(c, c),
      udfCall('bool', args),
    ),
    moment: fc.oneof(
      deep,
      leaf('moment', literalOf(momentTypes)),
      choices(m, c),
      castTo(m, momentTypes),
      udfCall('moment', args),
    ),
    any: fc.oneof(
      deep,
      leaf('any', literalOf(allTypes.filter((type) => !nestedTypes.includes(type as never)))),
      n,
      s,
      c,
      m,
      choices(leaf('any', nullLiteral), c),
    ),
  }
})

export const anyExpression: Node = fc.oneof(number, text, condition, moment, any)
export const anyCondition: Node = condition

/** The expression over a schema: each placeholder becomes a fitting column, or null where there is none. */
export function resolve(node: ExprNode, schema: Schema): ExprNode {
  return rewrite(node, (inner) => {
    if (inner.kind !== 'column') return inner
    const [wanted = 'any', pick = '0'] = inner.name.split(' ')
    const fitting = schema.filter((field) => ofClass[wanted as Class](field.type))
    const chosen = fitting[Number(pick) % fitting.length]
    return chosen === undefined ? literal(null) : { kind: 'column', name: chosen.name }
  })
}
