// Expression nodes that came over the wire: checked, all the way down, before anything walks them. Driven by the table of
// child slots; it never looks into a function's body.

import { WireError } from '../../functions/errors.ts'
import { type Arity, childSlots } from '../../functions/expr/children.ts'
import type { ExprNode, NodeKind } from '../../functions/expr/node.ts'
import { isDecodedUdf } from './udf-codec.ts'
import { isDataType, isListOf, isRecord, type NodeBudget } from './validate-type.ts'

/** How deeply expressions may nest: walks and binders are recursive. */
export const MAX_NODE_DEPTH = 1000
const MAX_VALUE_DEPTH = 64

type Check = (value: unknown, budget: NodeBudget) => boolean

const text: Check = (value) => typeof value === 'string'
const flag: Check = (value) => typeof value === 'boolean'
const oneOf =
  (...choices: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && choices.includes(value)
const optional =
  (check: Check): Check =>
  (value, budget) =>
    value === undefined || check(value, budget)
const udfOf =
  (...families: readonly string[]): Check =>
  (value) =>
    isRecord(value) && isDecodedUdf(value) && families.includes(value.family)
const nameOr =
  (isUdf: Check): Check =>
  (value, budget) =>
    typeof value === 'string' || isUdf(value, budget)
const nullTreatment = optional(oneOf('respect', 'ignore'))

const binaryOperators = '+ - * / % & | ^ << >> = <> < <= > >= ~ ~* !~ !~* AND OR ||'
  .split(' ')
  .concat('IS DISTINCT FROM', 'IS NOT DISTINCT FROM')

/** The properties of each kind that are not nodes themselves. */
const properties: { readonly [Kind in NodeKind]: Readonly<Record<string, Check>> } = {
  column: { name: text },
  literal: { type: isDataType, value: (value, budget) => isValue(value, budget, 0) },
  wildcard: {},
  binary: { op: oneOf(...binaryOperators) },
  unary: { op: oneOf('NOT', '-') },
  is: { test: oneOf('NULL', 'TRUE', 'FALSE', 'UNKNOWN'), negated: flag },
  in: { negated: flag },
  between: { negated: flag },
  like: { caseInsensitive: flag, negated: flag },
  case: {},
  cast: { to: isDataType, safe: flag },
  alias: { name: text },
  call: { name: text },
  udf: { udf: udfOf('scalar') },
  aggregate: { fn: nameOr(udfOf('aggregate')), distinct: flag, nullTreatment },
  window: { fn: nameOr(udfOf('window', 'aggregate')), distinct: flag, frame: optional(isFrame), nullTreatment },
  sort: { descending: flag, nullsFirst: flag },
  groupingSets: { form: oneOf('rollup', 'cube', 'sets', 'set') },
}

/**
 * Checks a tree of nodes.
 *
 * @param kind - The kind that the root must have. Default: any.
 * @throws {WireError} `wire_damaged` when it is not such a tree; `wire_too_deep`, `wire_too_large`.
 */
export function validateNode(root: unknown, budget: NodeBudget, kind?: NodeKind): asserts root is ExprNode {
  if (kind !== undefined && !(isRecord(root) && root.kind === kind)) throw damaged(`its root is not of kind ${kind}`)
  const pending: [node: unknown, depth: number][] = [[root, 1]]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [node, depth] = next
    budget.spend()
    if (depth > MAX_NODE_DEPTH) {
      throw new WireError(
        'wire_too_deep',
        `Cannot accept an expression: it nests deeper than ${MAX_NODE_DEPTH} levels`,
        { details: { limit: MAX_NODE_DEPTH } },
      )
    }
    validateProperties(node, budget, (child) => pending.push([child, depth + 1]))
  }
}

function validateProperties(node: unknown, budget: NodeBudget, visit: (child: unknown) => void): void {
  if (!isRecord(node) || typeof node.kind !== 'string' || !Object.hasOwn(properties, node.kind)) {
    throw damaged('one of its nodes has no known kind')
  }
  const kind = node.kind as NodeKind
  for (const [name, check] of Object.entries(properties[kind])) {
    if (!check(node[name], budget)) throw damaged(`the ${name} of a ${kind} is malformed`)
  }
  for (const [slot, arity] of childSlots[kind]) visitSlot(node[slot], `the ${slot} of a ${kind}`, arity, visit)
  if (kind === 'case' && listLength(node.whens) !== listLength(node.thens)) throw damaged('a case has unequal lists')
}

function visitSlot(value: unknown, shown: string, arity: Arity, visit: (child: unknown) => void): void {
  if (arity === 'optional' && value === undefined) return
  if (arity === 'one' || arity === 'optional') {
    visit(value)
    return
  }
  if (!Array.isArray(value)) throw damaged(`${shown} is not a list`)
  for (let i = 0; i < value.length; i++) {
    // A sparse array can claim a length that nobody can walk.
    if (!Object.hasOwn(value, i)) throw damaged(`${shown} has holes`)
    if (arity === 'sortKeys' && !(isRecord(value[i]) && value[i].kind === 'sort'))
      throw damaged(`${shown} holds something other than sort keys`)
    visit(value[i])
  }
}

function isFrame(value: unknown, budget: NodeBudget): boolean {
  if (!isRecord(value)) return false
  const isUnits = value.units === 'rows' || value.units === 'range' || value.units === 'groups'
  return isUnits && isBound(value.start, budget) && isBound(value.end, budget)
}

function isBound(value: unknown, budget: NodeBudget): boolean {
  if (!isRecord(value)) return false
  if (value.kind === 'unbounded' || value.kind === 'current') return true
  if (value.kind !== 'preceding' && value.kind !== 'following') return false
  const { offset } = value
  if (!isRecord(offset) || offset.kind !== 'literal') return false
  return Object.entries(properties.literal).every(([name, check]) => check(offset[name], budget))
}

/** Whether an expression can hold the value: not a function, a symbol or a cycle. */
function isValue(value: unknown, budget: NodeBudget, depth: number): boolean {
  budget.spend()
  if (value === null || value instanceof Uint8Array) return true
  if (typeof value !== 'object') return ['boolean', 'number', 'bigint', 'string'].includes(typeof value)
  if (depth > MAX_VALUE_DEPTH) return false
  if (Array.isArray(value)) return isListOf(value, (item) => isValue(item, budget, depth + 1))
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return false
  return Object.values(value).every((item) => isValue(item, budget, depth + 1))
}

const listLength = (value: unknown): number => (Array.isArray(value) ? value.length : -1)

const damaged = (why: string): WireError => new WireError('wire_damaged', `Cannot read an expression: ${why}`)
