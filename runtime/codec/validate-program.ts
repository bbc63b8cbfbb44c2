// A worker's program that came over the wire: its steps and every expression in them are checked before the engine sees
// them.

import { WireError } from '../../functions/errors.ts'
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
  if (!isRecord(op)) return false
  budget.spend()
  switch (op.op) {
    case 'filter':
      validateNode(op.condition, budget)
      return true
    case 'project':
      return isNamedList(op.columns, budget)
    case 'aggregate':
      return (
        (op.phase === 'single' || op.phase === 'partial' || op.phase === 'final') &&
        isNamedList(op.by, budget) &&
        (op.sets === undefined || isGroupingSets(op.sets, (op.by as readonly unknown[]).length, budget)) &&
        isNodeList(op.aggregates, 'aggregate', budget) &&
        isListOf(op.schema, (column) => isField(column, budget))
      )
    case 'sort':
      return isNodeList(op.keys, 'sort', budget) && (op.limit === undefined || isCount(op.limit))
    case 'limit':
      return isCount(op.offset) && isCount(op.count)
    case 'window':
      return isNamedList(op.windows, budget, 'window')
    case 'rowIds':
    case 'reorder':
      return typeof op.name === 'string'
    case 'exchange':
      return (
        (op.by === 'hash' || op.by === 'partitionIndex') &&
        isPartitionCount(op.partitions) &&
        isNodeList(op.keys, undefined, budget)
      )
    default:
      return false
  }
}

function isNamedList(value: unknown, budget: NodeBudget, kind?: 'window'): boolean {
  return isListOf(value, (item) => {
    if (!isRecord(item) || typeof item.name !== 'string') return false
    validateNode(item.node, budget, kind)
    return true
  })
}

function isNodeList(value: unknown, kind: 'aggregate' | 'sort' | undefined, budget: NodeBudget): boolean {
  return isListOf(value, (node) => {
    validateNode(node, budget, kind)
    return true
  })
}

const isPartitionCount = (value: unknown): boolean =>
  Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MAX_PARTITIONS

function isGroupingSets(value: unknown, keys: number, budget: NodeBudget): boolean {
  const isKey = (key: unknown): boolean => Number.isInteger(key) && (key as number) >= 0 && (key as number) < keys
  const isSet = (set: unknown): boolean => {
    budget.spend()
    return isListOf(set, isKey)
  }
  return isRecord(value) && typeof value.name === 'string' && isListOf(value.keys, isSet)
}

/** A count may be infinite: a limit that only has an offset. */
const isCount = (value: unknown): boolean => typeof value === 'number' && value >= 0

const damaged = (): WireError => new WireError('wire_damaged', 'Cannot read a program: the payload is not one')
