// Keys of sorts and windows that are evaluated once: they become columns of an earlier projection, so that whatever
// sorts, merges or repartitions by them, in whichever stage, sees the same values.

import { nameBeside } from '../../functions/bind/column-names.ts'
import { NodeKeys } from '../../functions/bind/node-key.ts'
import type { ExprNode, SortNode, WindowNode } from '../../functions/expr/node.ts'
import { columnsOf } from '../../functions/expr/walk.ts'
import type { Schema } from '../../functions/types/type.ts'
import { asBefore } from '../program/columns.ts'
import { isEvaluatedOnce } from '../program/evaluated-once.ts'
import type { NamedNode, Program, ProgramOp } from '../program/program.ts'
import { schemaAfterAll } from '../program/schema.ts'
import type { Pieces } from '../turns/turns.ts'

/** The operations of one step, with such keys as columns. `schema` is what the step is over. */
export function* withKeyColumns(ops: Program, schema: Schema): Pieces<Program> {
  if (!ops.some((op) => keysOf(op).some(isEvaluatedOnce))) return ops
  let before = schema
  const made: ProgramOp[] = []
  for (const [i, op] of ops.entries()) {
    const parts = withOwnKeys(op, before, ops[i + 1])
    before = yield* schemaAfterAll(before, parts)
    made.push(...parts)
  }
  // The columns of keys are for the step alone.
  return ops.at(-1)?.op === 'project'
    ? made
    : [...made, { op: 'project', columns: schema.map(({ name }) => asBefore(name)) }]
}

function withOwnKeys(op: ProgramOp, schema: Schema, next: ProgramOp | undefined): Program {
  const keys = new KeyColumns(schema)
  const over = keys.replacedIn(op)
  if (keys.columns.length === 0) return [op]
  const all = schema.map(({ name }) => name)
  const used = op.op === 'window' && next?.op === 'project' ? usedIn(over, next.columns, all) : all
  return [{ op: 'project', columns: [...used.map(asBefore), ...keys.columns] }, over]
}

function keysOf(op: ProgramOp): readonly ExprNode[] {
  if (op.op === 'sort') return op.keys
  return op.op === 'window' ? op.windows.flatMap(({ node }) => [...node.partitionBy, ...node.orderBy]) : []
}

class KeyColumns {
  readonly columns: NamedNode[] = []
  readonly #schema: Schema
  readonly #nodeKeys = new NodeKeys()
  readonly #names = new Map<string, string>()

  constructor(schema: Schema) {
    this.#schema = schema
  }

  replacedIn(op: ProgramOp): ProgramOp {
    if (op.op === 'sort') return { ...op, keys: op.keys.map((key) => this.#sortKey(key)) }
    if (op.op !== 'window') return op
    return { ...op, windows: op.windows.map(({ name, node }) => ({ name, node: this.#window(node) })) }
  }

  #window(node: WindowNode): WindowNode {
    const partitionBy = node.partitionBy.map((key) => this.#columnFor(key))
    const orderBy = node.orderBy.map((key) => this.#sortKey(key))
    return Object.freeze({ ...node, partitionBy, orderBy })
  }

  #sortKey(key: SortNode): SortNode {
    return Object.freeze({ ...key, input: this.#columnFor(key.input) })
  }

  /** Windows that order by the same expression are over the same order. */
  #columnFor(node: ExprNode): ExprNode {
    if (!isEvaluatedOnce(node)) return node
    const key = this.#nodeKeys.keyOf(node)
    let name = this.#names.get(key)
    if (name === undefined) {
      name = nameBeside(`#key${this.columns.length}`, this.#schema)
      this.#names.set(key, name)
      this.columns.push({ name, node })
    }
    return Object.freeze({ kind: 'column', name })
  }
}

/** Columns of the schema that the windows and the projection after them read, whichever way their names are written. */
function usedIn(windows: ProgramOp, projected: readonly NamedNode[], all: readonly string[]): readonly string[] {
  const nodes = windows.op === 'window' ? windows.windows.map(({ node }) => node) : []
  const read = new Set(
    [...columnsOf([...nodes, ...projected.map(({ node }) => node)])].map((name) => name.toLowerCase()),
  )
  return all.filter((name) => read.has(name.toLowerCase()))
}
