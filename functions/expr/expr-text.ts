// Expressions as text that is read back as the same expression. It is SQL, but that literals say their type, as
// DataFusion prints them: `a + Int64(1)`. Brackets stand where another reading is possible, or where comparisons meet.

import { typeText } from '../types/type.ts'
import { displayValue } from './display-value.ts'
import type { ExprNode, FrameBound, GroupingSetsNode, LiteralNode, SortNode, WindowFrame, WindowNode } from './node.ts'
import { binaryPrecedence, precedence } from './precedence.ts'
import { inQuotes, quoteFunctionName, quoteName } from './quote-name.ts'

/** Stands by itself wherever it is. */
const atom = 100
/** What is no operand: it stands in brackets inside anything else. */
const outermost = 0

/** How tightly the operator that holds an expression together binds. */
function bindingOf(node: ExprNode): number {
  switch (node.kind) {
    case 'alias':
    case 'sort':
      return outermost
    case 'binary':
      return binaryPrecedence[node.op]
    case 'unary':
      return node.op === 'NOT' ? precedence.not : atom
    case 'is':
      return precedence.is
    case 'like':
      return precedence.like
    case 'in':
    case 'between':
      return precedence.comparison
    case 'call':
      return node.name.includes(' ') ? precedence.comparison : atom
    default:
      return atom
  }
}

/** An operand, in brackets unless it binds tighter than `than`. */
function tighter(node: ExprNode, than: number): string {
  return bindingOf(node) > than ? exprText(node) : `(${exprText(node)})`
}

/** An expression between commas, keywords or parentheses. */
const whole = (node: ExprNode): string => tighter(node, outermost)
const list = (nodes: readonly ExprNode[]): string => nodes.map(whole).join(', ')
/** The operand of a comparison or a test: none of these is read the same by everybody when it stands in another. */
const compared = (node: ExprNode): string => tighter(node, precedence.comparison)

/**
 * The text of an expression, which `parseExpr` reads; `parseSortKey` reads that of a sort key, `parseGroupKey` that of
 * grouping sets.
 */
export function exprText(node: ExprNode): string {
  switch (node.kind) {
    case 'column':
      return quoteName(node.name)
    case 'literal':
      return literalText(node)
    case 'wildcard':
      return '*'
    case 'binary': {
      const binding = binaryPrecedence[node.op]
      if (binding >= precedence.is && binding <= precedence.comparison)
        return `${compared(node.left)} ${node.op} ${compared(node.right)}`
      return `${tighter(node.left, binding - 1)} ${node.op} ${tighter(node.right, binding)}`
    }
    case 'unary':
      return node.op === 'NOT' ? `NOT ${compared(node.input)}` : `(- ${tighter(node.input, precedence.multiplicative)})`
    case 'is':
      return `${compared(node.input)} IS ${not(node)}${node.test}`
    case 'in':
      return `${compared(node.input)} ${not(node)}IN (${list(node.list)})`
    case 'between':
      return `${compared(node.input)} ${not(node)}BETWEEN ${compared(node.low)} AND ${compared(node.high)}`
    case 'like':
      return `${compared(node.input)} ${not(node)}${node.caseInsensitive ? 'ILIKE' : 'LIKE'} ${compared(node.pattern)}`
    case 'case': {
      const operand = node.operand === undefined ? '' : ` ${whole(node.operand)}`
      const branches = node.whens.map((when, i) => ` WHEN ${whole(when)} THEN ${whole(node.thens[i] ?? when)}`)
      const otherwise = node.otherwise === undefined ? '' : ` ELSE ${whole(node.otherwise)}`
      return `CASE${operand}${branches.join('')}${otherwise} END`
    }
    case 'cast':
      return `${node.safe ? 'TRY_CAST' : 'CAST'}(${whole(node.input)} AS ${typeText(node.to, inQuotes)})`
    case 'alias':
      return `${whole(node.input)} AS ${quoteName(node.name)}`
    case 'call':
      return callText(node.name, node.args)
    case 'udf':
      return `${quoteFunctionName(node.udf.name)}(${list(node.args)})`
    case 'aggregate':
    case 'window':
      return aggregateText(node)
    case 'sort':
      return sortText(node)
    case 'groupingSets':
      return `${groupingWords[node.form]}(${node.items.map(exprText).join(', ')})`
  }
}

const not = ({ negated }: { readonly negated: boolean }): string => (negated ? 'NOT ' : '')

function callText(name: string, args: readonly ExprNode[]): string {
  const [first, ...others] = args
  if (first !== undefined && name === '+') return `(+ ${tighter(first, precedence.multiplicative)})`
  // `x <> ALL(list)` is a call of the built-in `<> ALL`.
  if (first !== undefined && name.includes(' ')) return `${compared(first)} ${name}(${list(others)})`
  return `${quoteFunctionName(name)}(${list(args)})`
}

function aggregateText(node: Extract<ExprNode, { kind: 'aggregate' | 'window' }>): string {
  const name = typeof node.fn === 'string' ? node.fn : node.fn.name
  const order = node.kind === 'aggregate' && node.orderBy.length > 0 ? ` ORDER BY ${sortList(node.orderBy)}` : ''
  const filter = node.filter === undefined ? '' : ` FILTER (WHERE ${whole(node.filter)})`
  const nulls = node.nullTreatment === undefined ? '' : ` ${node.nullTreatment.toUpperCase()} NULLS`
  const over = node.kind === 'window' ? ` OVER (${windowText(node)})` : ''
  const args = `${node.distinct ? 'DISTINCT ' : ''}${list(node.args)}${order}`
  return `${quoteFunctionName(name)}(${args})${filter}${nulls}${over}`
}

function windowText({ partitionBy, orderBy, frame }: WindowNode): string {
  const clauses: string[] = []
  if (partitionBy.length > 0) clauses.push(`PARTITION BY ${list(partitionBy)}`)
  if (orderBy.length > 0) clauses.push(`ORDER BY ${sortList(orderBy)}`)
  if (frame !== undefined) clauses.push(frameText(frame))
  return clauses.join(' ')
}

function frameText({ units, start, end }: WindowFrame): string {
  const edge = (bound: FrameBound, unboundedSide: 'PRECEDING' | 'FOLLOWING'): string => {
    if (bound.kind === 'unbounded') return `UNBOUNDED ${unboundedSide}`
    return bound.kind === 'current' ? 'CURRENT ROW' : `${distanceText(bound.offset)} ${bound.kind.toUpperCase()}`
  }
  return `${units.toUpperCase()} BETWEEN ${edge(start, 'PRECEDING')} AND ${edge(end, 'FOLLOWING')}`
}

/** A number as SQL has it in frames, where that is the same literal. */
const distanceText = (offset: LiteralNode): string =>
  offset.type.kind === 'int64' ? String(offset.value) : literalText(offset)

const sortList = (keys: readonly SortNode[]): string => keys.map(sortText).join(', ')
const sortText = (key: SortNode): string =>
  `${whole(key.input)} ${key.descending ? 'DESC' : 'ASC'} NULLS ${key.nullsFirst ? 'FIRST' : 'LAST'}`

const groupingWords: Readonly<Record<GroupingSetsNode['form'], string>> = {
  rollup: 'ROLLUP ',
  cube: 'CUBE ',
  sets: 'GROUPING SETS ',
  set: '',
}

/** Days of the years that SQL writes with four digits. */
const firstDay = -719_162
const lastDay = 2_932_896

function literalText({ type, value }: LiteralNode): string {
  const name = typeText(type, inQuotes)
  if (value === null) return type.kind === 'null' ? 'NULL' : `${name}(NULL)`
  if (typeof value === 'string') return `${name}(${inQuotes(value)})`
  if (type.kind === 'date32' && typeof value === 'number' && value >= firstDay && value <= lastDay)
    return `DATE '${new Date(value * 86_400_000).toISOString().slice(0, 10)}'`
  if (type.kind === 'interval') return `INTERVAL '${intervalText(value as unknown as IntervalParts)}'`
  return `${name}(${displayValue(value, type)})`
}

interface IntervalParts {
  readonly months: number
  readonly days: number
  readonly nanos: bigint
}

function intervalText({ months, days, nanos }: IntervalParts): string {
  const magnitude = String(nanos < 0n ? -nanos : nanos).padStart(10, '0')
  const seconds = `${nanos < 0n ? '-' : ''}${magnitude.slice(0, -9)}.${magnitude.slice(-9)}`.replace(/\.?0+$/, '')
  const parts = [
    ...(months === 0 ? [] : [`${months} months`]),
    ...(days === 0 ? [] : [`${days} days`]),
    ...(nanos === 0n ? [] : [`${seconds} seconds`]),
  ]
  return parts.length === 0 ? '0 seconds' : parts.join(' ')
}
