// Expressions as keys: equal texts exactly when two expressions are built alike over the same functions. Display names
// will not do: two functions may have one name, and a column may be called like an expression.

import type { ExprNode } from '../expr/node.ts'

/** Numbers things in order of appearance. */
export class NodeKeys {
  readonly #udfs = new Map<object, number>()

  keyOf(node: ExprNode): string {
    return JSON.stringify(node, (_, value: unknown) => this.#tagged(value))
  }

  #tagged(value: unknown): unknown {
    if (typeof value === 'bigint') return { bigint: String(value) }
    if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))) {
      return { number: Object.is(value, -0) ? '-0' : String(value) }
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    if (!('family' in value)) return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    const known = this.#udfs.get(value) ?? this.#udfs.size
    this.#udfs.set(value, known)
    return { udf: known }
  }
}
