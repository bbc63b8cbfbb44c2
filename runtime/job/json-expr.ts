// Expressions in JSON jobs: SQL text, or `{ "bytes": … }` from Expr.toBytes(). The expressions of a job are bounded
// here, all together; whether bytes hold an expression at all is checked by whoever decodes them. Function bodies stay
// opaque.

import { ResourceError, WireError } from '../../functions/errors.ts'
import { childrenOf } from '../../functions/expr/children.ts'
import type { Expr } from '../../functions/expr/expr.ts'
import type { ExprNode, SortNode } from '../../functions/expr/node.ts'
import type { SqlOptions } from '../../functions/sql/options.ts'
import { parseExpr, parseGroupKey, parseSortKey } from '../../functions/sql/parse.ts'
import { asBytes, asRecordOf, at, below, invalidJob, nameOf } from './json-checks.ts'

const MAX_DEPTH = 200
/** SQL text of one job. */
const MAX_TEXT = 1_048_576

/** What parsing the expressions of a job needs to know from outside. */
export interface ExprParseContext {
  readonly sql: SqlOptions
  /** Decodes and validates an expression under the caller's policy; absent, only text is accepted. */
  readonly decodeBytes?: (bytes: Uint8Array) => Expr
}

/** Parses the expressions of one job, which may have `maxNodes` nodes in all. */
export class ExprParser {
  readonly #context: ExprParseContext
  #nodesLeft: number
  readonly #maxNodes: number
  #textLeft = MAX_TEXT
  #inlineCode = false

  constructor(context: ExprParseContext, maxNodes: number) {
    this.#context = context
    this.#nodesLeft = maxNodes
    this.#maxNodes = maxNodes
  }

  /** Whether any expression so far had a function body in it. */
  get inlineCode(): boolean {
    return this.#inlineCode
  }

  expr(json: unknown, pointer: string): ExprNode {
    return this.#checked(pointer, () =>
      typeof json === 'string' ? parseExpr(this.#text(json, pointer), this.#context.sql) : this.#decode(json, pointer),
    )
  }

  /** A key to group by, or several, as ROLLUP and its siblings make them. */
  groupKey(json: unknown, pointer: string): ExprNode {
    return this.#checked(pointer, () =>
      typeof json === 'string'
        ? parseGroupKey(this.#text(json, pointer), this.#context.sql)
        : this.#decode(json, pointer),
    )
  }

  sortKey(json: unknown, pointer: string): SortNode {
    const node = this.#checked(pointer, () =>
      typeof json === 'string'
        ? parseSortKey(this.#text(json, pointer), this.#context.sql)
        : this.#decode(json, pointer),
    )
    if (node.kind === 'sort') return node
    return Object.freeze({ kind: 'sort', input: node, descending: false, nullsFirst: false })
  }

  /** Counts and checks nodes that came from elsewhere, such as a whole query. */
  check(node: ExprNode, pointer: string): void {
    this.#checked(pointer, () => node)
  }

  #checked<Node extends ExprNode>(pointer: string, parse: () => Node): Node {
    return at(pointer, () => {
      const node = parse()
      this.#checkTree(node, pointer)
      return node
    })
  }

  #text(text: string, pointer: string): string {
    this.#textLeft -= text.length
    if (this.#textLeft >= 0) return text
    throw new ResourceError(
      'size_limit',
      `Cannot read the job: its expressions have more than ${MAX_TEXT} characters, split it`,
      { details: { pointer, limit: MAX_TEXT } },
    )
  }

  #decode(json: unknown, pointer: string): ExprNode {
    if (typeof json !== 'object' || json === null || Array.isArray(json)) {
      throw invalidJob(pointer, `it is ${nameOf(json)}, an expression as SQL text or { "bytes": … } is wanted`)
    }
    const bytes = asBytes(asRecordOf(json, pointer, ['bytes']).bytes, below(pointer, 'bytes'))
    const { decodeBytes } = this.#context
    if (decodeBytes === undefined) throw invalidJob(pointer, 'expressions as bytes are not taken here, write SQL text')
    return decodeBytes(bytes).node
  }

  /** Visits are counted, not nodes: sharing cannot make a small payload a huge tree. */
  #checkTree(root: ExprNode, pointer: string): void {
    const pending: [node: ExprNode, depth: number][] = [[root, 1]]
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
      for (const child of childrenOf(node)) pending.push([child, depth + 1])
      this.#inlineCode ||= hasBody(node)
    }
  }
}

/** Whether a node calls a function whose code travels with it. */
function hasBody(node: ExprNode): boolean {
  const udf = 'udf' in node ? node.udf : 'fn' in node ? node.fn : undefined
  return typeof udf === 'object' && udf.body.kind === 'shipped'
}
