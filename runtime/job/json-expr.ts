// Expressions in JSON jobs: SQL text, or `{ "bytes": … }` from Expr.toBytes(). What arrives as bytes is checked to be a
// tree of nodes of a bounded size before anybody walks it; function bodies in it stay opaque.

import { WireError } from '../../functions/errors.ts'
import { childSlots } from '../../functions/expr/children.ts'
import type { Expr } from '../../functions/expr/expr.ts'
import type { ExprNode, SortNode } from '../../functions/expr/node.ts'
import type { SqlOptions } from '../../functions/sql/options.ts'
import { parseExpr, parseGroupKey, parseSortKey } from '../../functions/sql/parse.ts'
import { asRecordOf, asText, at, below, invalidJob, nameOf } from './json-checks.ts'

const MAX_DEPTH = 200

export interface ExprReading {
  readonly sql: SqlOptions
  /** Decodes an expression under the policy of whoever reads the job; absent, only text is taken. */
  readonly decodeBytes?: (bytes: Uint8Array) => Expr
}

/** Reads the expressions of one job, which together may have `maxNodes` nodes. */
export class ExprReader {
  readonly #reading: ExprReading
  #nodesLeft: number
  readonly #maxNodes: number
  #inlineCode = false

  constructor(reading: ExprReading, maxNodes: number) {
    this.#reading = reading
    this.#nodesLeft = maxNodes
    this.#maxNodes = maxNodes
  }

  /** Whether any expression so far had a function body in it. */
  get inlineCode(): boolean {
    return this.#inlineCode
  }

  expr(json: unknown, pointer: string): ExprNode {
    return this.#checked(pointer, () =>
      typeof json === 'string' ? parseExpr(json, this.#reading.sql) : this.#decode(json, pointer),
    )
  }

  /** A key to group by, or several as ROLLUP and its kin make them. */
  groupKey(json: unknown, pointer: string): ExprNode {
    return this.#checked(pointer, () =>
      typeof json === 'string' ? parseGroupKey(json, this.#reading.sql) : this.#decode(json, pointer),
    )
  }

  sortKey(json: unknown, pointer: string): SortNode {
    const node = this.#checked(pointer, () =>
      typeof json === 'string' ? parseSortKey(json, this.#reading.sql) : this.#decode(json, pointer),
    )
    if (node.kind === 'sort') return node
    return Object.freeze({ kind: 'sort', input: node, descending: false, nullsFirst: false })
  }

  /** Counts and checks nodes that came from elsewhere, such as a whole query. */
  check(node: ExprNode, pointer: string): void {
    this.#checked(pointer, () => node)
  }

  #checked<Node extends ExprNode>(pointer: string, read: () => Node): Node {
    return at(pointer, () => {
      const node = read()
      this.#checkTree(node, pointer)
      return node
    })
  }

  #decode(json: unknown, pointer: string): ExprNode {
    if (typeof json !== 'object' || json === null || Array.isArray(json)) {
      throw invalidJob(pointer, `it is ${nameOf(json)}, an expression as SQL text or { "bytes": … } is wanted`)
    }
    const text = asText(asRecordOf(json, pointer, ['bytes']).bytes, below(pointer, 'bytes'))
    const { decodeBytes } = this.#reading
    if (decodeBytes === undefined) throw invalidJob(pointer, 'expressions as bytes are not taken here, write SQL text')
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) {
      throw invalidJob(below(pointer, 'bytes'), 'it is not base64')
    }
    return decodeBytes(new Uint8Array(Buffer.from(text, 'base64'))).node
  }

  /** Visits are counted, not nodes: one that is shared or contains itself cannot make a small payload a huge tree. */
  #checkTree(root: unknown, pointer: string): void {
    const pending: [node: unknown, depth: number][] = [[root, 1]]
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const [node, depth] = next
      if (this.#nodesLeft-- <= 0) {
        throw new WireError('wire_too_large', `Cannot accept the expressions: more than ${this.#maxNodes} nodes`, {
          details: { pointer, limit: this.#maxNodes },
        })
      }
      if (depth > MAX_DEPTH) {
        throw new WireError('wire_too_deep', `Cannot accept the expression: it nests deeper than ${MAX_DEPTH} levels`, {
          details: { pointer, limit: MAX_DEPTH },
        })
      }
      for (const child of childrenChecked(node, pointer)) pending.push([child, depth + 1])
      const { udf, fn } = node as { readonly udf?: unknown; readonly fn?: unknown }
      this.#inlineCode ||= hasBody(udf) || hasBody(fn)
    }
  }
}

/** Slots that hold a text, per kind; the rest of a node is looked at when it is bound. */
const texts: Readonly<Record<string, string>> = {
  column: 'name',
  alias: 'name',
  call: 'name',
  binary: 'op',
  unary: 'op',
  is: 'test',
  groupingSets: 'form',
}
const types: Readonly<Record<string, string>> = { literal: 'type', cast: 'to' }
const optionalSlots = new Set(['operand', 'otherwise', 'filter'])

function childrenChecked(node: unknown, pointer: string): readonly unknown[] {
  const damaged = new WireError('wire_damaged', 'Cannot read an expression: the payload is none', {
    details: { pointer },
  })
  if (typeof node !== 'object' || node === null) throw damaged
  const record = node as Readonly<Record<string, unknown>>
  const kind = typeof record.kind === 'string' && Object.hasOwn(childSlots, record.kind) ? record.kind : undefined
  if (kind === undefined) throw damaged
  const [text, type] = [texts[kind], types[kind]]
  if (text !== undefined && typeof record[text] !== 'string') throw damaged
  if (type !== undefined && typeof (record[type] as { kind?: unknown } | null | undefined)?.kind !== 'string')
    throw damaged
  return childSlots[kind as ExprNode['kind']].flatMap((slot) => {
    const value = record[slot]
    if (value === undefined && optionalSlots.has(slot)) return []
    if (value === undefined) throw damaged
    return value
  })
}

function hasBody(udf: unknown): boolean {
  if (typeof udf !== 'object' || udf === null || !('body' in udf)) return false
  return (udf.body as { kind?: unknown } | null)?.kind === 'shipped'
}
