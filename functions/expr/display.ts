// How expressions are written: displayNode is DataFusion's spelling with literals typed (`a + Int64(1)`), outputName
// the name that a result column gets.

import { displayType } from '../types/type.ts'
import { displayValue } from './display-value.ts'
import type { BinaryOperator, ExprNode, FrameBound, SortNode, WindowNode } from './node.ts'

const precedence: Partial<Record<BinaryOperator, number>> = {
  OR: 1,
  AND: 2,
  '=': 4,
  '<>': 4,
  '<': 4,
  '<=': 4,
  '>': 4,
  '>=': 4,
  'IS DISTINCT FROM': 4,
  'IS NOT DISTINCT FROM': 4,
  '~': 4,
  '~*': 4,
  '!~': 4,
  '!~*': 4,
  '|': 5,
  '^': 5,
  '&': 6,
  '<<': 7,
  '>>': 7,
  '+': 8,
  '-': 8,
  '||': 9,
  '*': 9,
  '/': 9,
  '%': 9,
}

/** The expression as DataFusion prints it. Two expressions have the same text exactly when they are written alike. */
export function displayNode(node: ExprNode): string {
  return display(node, displayNode)
}

/** The name of the column an expression gives: its alias, else its text without casts. */
export function outputName(node: ExprNode): string {
  if (node.kind === 'alias') return node.name
  if (node.kind === 'cast' || node.kind === 'sort') return outputName(node.input)
  if (node.kind === 'column') return node.name
  return display(node, outputName)
}

const kinds = {
  column: 'Column',
  literal: 'Literal',
  wildcard: 'Wildcard',
  binary: 'BinaryExpr',
  in: 'InList',
  between: 'Between',
  like: 'Like',
  case: 'Case',
  alias: 'Alias',
  call: 'ScalarFunction',
  udf: 'ScalarFunction',
  aggregate: 'AggregateFunction',
  window: 'WindowFunction',
  sort: 'Sort',
  groupingSets: 'GroupingSet',
} as const

const tests = { NULL: 'Null', TRUE: 'True', FALSE: 'False', UNKNOWN: 'Unknown' } as const

/** What DataFusion calls expressions of this kind. */
export function variantName(node: ExprNode): string {
  switch (node.kind) {
    case 'unary':
      return node.op === 'NOT' ? 'Not' : 'Negative'
    case 'is':
      return `${node.negated ? 'IsNot' : 'Is'}${tests[node.test]}`
    case 'cast':
      return node.safe ? 'TryCast' : 'Cast'
    default:
      return kinds[node.kind]
  }
}

function display(node: ExprNode, show: (node: ExprNode) => string): string {
  const list = (nodes: readonly ExprNode[]): string => nodes.map(show).join(', ')
  switch (node.kind) {
    case 'column':
      return node.name
    case 'literal':
      return node.value === null ? 'NULL' : `${displayType(node.type)}(${displayValue(node.value, node.type)})`
    case 'wildcard':
      return '*'
    case 'binary':
      return `${operandText(node.left, node.op, false, show)} ${node.op} ${operandText(node.right, node.op, true, show)}`
    case 'unary':
      return node.op === 'NOT' ? `NOT ${closed(node.input, show)}` : `(- ${show(node.input)})`
    case 'is':
      return `${closed(node.input, show)} IS ${node.negated ? 'NOT ' : ''}${node.test}`
    case 'in':
      return `${closed(node.input, show)} ${node.negated ? 'NOT IN' : 'IN'} ([${list(node.list)}])`
    case 'between':
      return `${closed(node.input, show)} ${node.negated ? 'NOT BETWEEN' : 'BETWEEN'} ${closed(node.low, show)} AND ${closed(node.high, show)}`
    case 'like':
      return `${closed(node.input, show)} ${node.negated ? 'NOT ' : ''}${node.caseInsensitive ? 'ILIKE' : 'LIKE'} ${closed(node.pattern, show)}`
    case 'case': {
      const operand = node.operand === undefined ? '' : ` ${show(node.operand)}`
      const branches = node.whens.map((when, i) => ` WHEN ${show(when)} THEN ${show(node.thens[i] ?? when)}`)
      const otherwise = node.otherwise === undefined ? '' : ` ELSE ${show(node.otherwise)}`
      return `CASE${operand}${branches.join('')}${otherwise} END`
    }
    case 'cast':
      return `${node.safe ? 'TRY_CAST' : 'CAST'}(${show(node.input)} AS ${displayType(node.to)})`
    case 'alias':
      return `${show(node.input)} AS ${node.name}`
    case 'call': {
      // A plus in front changes nothing, and is no part of a name.
      if (node.name === '+' && node.args[0] !== undefined) return show(node.args[0])
      // `x <> ALL(list)` is a call of the built-in `<> ALL`.
      const [left, ...others] = node.args
      if (left !== undefined && node.name.includes(' ')) return `${closed(left, show)} ${node.name}(${list(others)})`
      return `${node.name}(${list(node.args)})`
    }
    case 'udf':
      return `${node.udf.name}(${list(node.args)})`
    case 'aggregate': {
      const filter = node.filter === undefined ? '' : ` FILTER (WHERE ${show(node.filter)})`
      const order =
        node.orderBy.length === 0 ? '' : ` ORDER BY [${node.orderBy.map((key) => sortText(key, show)).join(', ')}]`
      return `${functionName(node.fn)}(${node.distinct ? 'DISTINCT ' : ''}${list(node.args)})${filter}${order}${nullsText(node)}`
    }
    case 'window':
      return windowText(node, show)
    case 'sort':
      return sortText(node, show)
    case 'groupingSets':
      return `${groupingWords[node.form]}(${list(node.items)})`
  }
}

const groupingWords = { rollup: 'ROLLUP ', cube: 'CUBE ', sets: 'GROUPING SETS ', set: '' } as const

const functionName = (fn: string | { readonly name: string }): string => (typeof fn === 'string' ? fn : fn.name)

const nullsText = (node: { readonly nullTreatment?: string }): string =>
  node.nullTreatment === undefined ? '' : ` ${node.nullTreatment.toUpperCase()} NULLS`

/** Kinds whose outermost operator is not a binary one. */
const open = new Set<ExprNode['kind']>(['is', 'in', 'between', 'like'])

/** The operand of a predicate, in brackets where its text could be parsed differently. */
function closed(operand: ExprNode, show: (node: ExprNode) => string): string {
  const isNot = operand.kind === 'unary' && operand.op === 'NOT'
  return operand.kind === 'binary' || isNot || open.has(operand.kind) ? `(${show(operand)})` : show(operand)
}

function operandText(operand: ExprNode, op: BinaryOperator, right: boolean, show: (node: ExprNode) => string): string {
  if (operand.kind !== 'binary') return operand.kind === 'alias' ? show(operand) : closed(operand, show)
  const inner = precedence[operand.op] ?? 0
  const outer = precedence[op] ?? 0
  return inner < outer || (right && inner === outer) ? `(${show(operand)})` : show(operand)
}

function sortText(key: SortNode, show: (node: ExprNode) => string): string {
  return `${show(key.input)} ${key.descending ? 'DESC' : 'ASC'} NULLS ${key.nullsFirst ? 'FIRST' : 'LAST'}`
}

function windowText(node: WindowNode, show: (node: ExprNode) => string): string {
  const clauses: string[] = []
  if (node.partitionBy.length > 0) clauses.push(`PARTITION BY [${node.partitionBy.map(show).join(', ')}]`)
  if (node.orderBy.length > 0) clauses.push(`ORDER BY [${node.orderBy.map((key) => sortText(key, show)).join(', ')}]`)
  if (node.frame !== undefined) {
    const { units, start, end } = node.frame
    clauses.push(`${units.toUpperCase()} BETWEEN ${boundText(start, 'PRECEDING')} AND ${boundText(end, 'FOLLOWING')}`)
  }
  const filter = node.filter === undefined ? '' : ` FILTER (WHERE ${show(node.filter)})`
  const args = `${node.distinct ? 'DISTINCT ' : ''}${node.args.map(show).join(', ')}`
  return [`${functionName(node.fn)}(${args})${filter}${nullsText(node)}`, ...clauses].join(' ')
}

function boundText(bound: FrameBound, unboundedSide: 'PRECEDING' | 'FOLLOWING'): string {
  if (bound.kind === 'unbounded') return `UNBOUNDED ${unboundedSide}`
  if (bound.kind === 'current') return 'CURRENT ROW'
  return `${displayValue(bound.offset.value, bound.offset.type)} ${bound.kind.toUpperCase()}`
}
