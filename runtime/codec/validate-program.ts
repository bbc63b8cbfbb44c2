// A worker's program that came over the wire: its operations and every expression in them are checked before the engine
// sees them, against what the table of operations says they consist of.

import { WireError } from '../../functions/errors.ts'
import type { NodeKind } from '../../functions/expr/node.ts'
import type { FieldForm } from '../program/operation.ts'
import { findOperation } from '../program/operations.ts'
import type { Program } from '../program/program.ts'
import { validateNode } from './validate-node.ts'
import { isField, isListOf, isRecord, type NodeBudget } from './validate-type.ts'

/** A worker keeps a buffer for each. */
const MAX_PARTITIONS = 65_536

/** @throws {WireError} `wire_damaged` when it is not a program. */
export function validateProgram(value: unknown, budget: NodeBudget): asserts value is Program {
  if (!isListOf(value, (op) => isOp(op, budget))) throw damaged()
  // What comes after rows were partitioned is the next stage's.
  if (value.slice(0, -1).some((op) => isRecord(op) && op.op === 'exchange')) throw damaged()
}

function isOp(op: unknown, budget: NodeBudget): boolean {
  if (!isRecord(op) || typeof op.op !== 'string') return false
  const operation = findOperation(op.op)
  if (operation === undefined) throw unknownOperation(op.op)
  budget.spend()
  return Object.entries<FieldForm>(operation.fields).every(([name, form]) => isOfForm(op[name], form, budget, op))
}

/** Whether the value of a field has its form. @param owner - The operation or step with all its fields. */
export function isOfForm(
  value: unknown,
  form: FieldForm,
  budget: NodeBudget,
  owner: Readonly<Record<string, unknown>>,
): boolean {
  return typeof form === 'string' ? checks[form](value, budget, owner) : isChoice(value, form)
}

type Check = (value: unknown, budget: NodeBudget, op: Readonly<Record<string, unknown>>) => boolean

/** The check of a field of each form. */
const checks: { readonly [Form in FieldForm & string]: Check } = {
  node: (value, budget) => isNode(value, budget),
  nodes: (value, budget) => isListOf(value, (item) => isNode(item, budget)),
  sortKeys: (value, budget) => isListOf(value, (item) => isNode(item, budget, 'sort')),
  aggregates: (value, budget) => isListOf(value, (item) => isNode(item, budget, 'aggregate')),
  named: (value, budget) => isListOf(value, (item) => isNamed(item, budget)),
  windows: (value, budget) => isListOf(value, (item) => isNamed(item, budget, 'window')),
  text: isText,
  texts: isTexts,
  'texts?': (value, budget) => value === undefined || isTexts(value, budget),
  count: isCount,
  'count?': (value) => value === undefined || isCount(value),
  partitions: (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MAX_PARTITIONS,
  schema: (value, budget) => isListOf(value, (column) => isField(column, budget)),
  groupingSets: isGroupingSets,
  'groupingSets?': (value, budget, op) => value === undefined || isGroupingSets(value, budget, op),
}

function isTexts(value: unknown, budget: NodeBudget): boolean {
  return isListOf(value, (item) => {
    budget.spend()
    return isText(item)
  })
}

const isChoice = (value: unknown, choices: readonly string[]): boolean => choices.some((choice) => choice === value)

function isNode(value: unknown, budget: NodeBudget, kind?: NodeKind): boolean {
  validateNode(value, budget, kind)
  return true
}

const isNamed = (value: unknown, budget: NodeBudget, kind?: NodeKind): boolean =>
  isRecord(value) && typeof value.name === 'string' && isNode(value.node, budget, kind)

/** Grouping sets refer to the keys that the operation groups by, by position. */
function isGroupingSets(value: unknown, budget: NodeBudget, { by }: Readonly<Record<string, unknown>>): boolean {
  const keys = Array.isArray(by) ? by.length : 0
  const isKey = (key: unknown): boolean => Number.isInteger(key) && Number(key) >= 0 && Number(key) < keys
  const isSet = (set: unknown): boolean => {
    budget.spend()
    return isListOf(set, isKey)
  }
  return isRecord(value) && typeof value.name === 'string' && isListOf(value.keys, isSet)
}

function isText(value: unknown): boolean {
  return typeof value === 'string'
}

/** A count may be infinite: a limit that only has an offset. */
function isCount(value: unknown): boolean {
  return value === Number.POSITIVE_INFINITY || (Number.isInteger(value) && Number(value) >= 0)
}

const unknownOperation = (name: string): WireError =>
  new WireError(
    'wire_damaged',
    `Cannot read a program: this worker knows no operation "${name.slice(0, 40)}", register it in the worker context`,
  )

const damaged = (): WireError => new WireError('wire_damaged', 'Cannot read a program: the payload is not one')
