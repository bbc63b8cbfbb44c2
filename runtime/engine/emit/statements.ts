// The statements of a generated loop's body as they are written: in scopes, with names that nothing else has, and with
// values and functions as parameters, so that generated code never contains a user's text. No expressions here.

import type { Emitted } from './values.ts'

/** Statements of a scope, and what has been computed in it. */
interface Scope {
  readonly statements: string[]
  readonly computed: Map<number, Emitted>
  readonly outer: Scope | undefined
}

const emptyScope = (outer?: Scope): Scope => ({ statements: [], computed: new Map(), outer })

export class StatementWriter {
  readonly #parameters: unknown[] = []
  readonly #parameterNames = new Map<unknown, string>()
  readonly #udfs: string[] = []
  #scope = emptyScope()
  #names = 0

  /** The user functions that statements call; the variable `u` is a position in it during each call, else -1. */
  get udfs(): readonly string[] {
    return this.#udfs
  }

  /** The values that statements name `p0`, `p1`, … in order. */
  get parameters(): readonly unknown[] {
    return this.#parameters
  }

  /** The name under which a value is known to the generated code. */
  parameter(value: unknown): string {
    let name = this.#parameterNames.get(value)
    if (name === undefined) {
      name = `p${this.#parameters.length}`
      this.#parameters.push(value)
      this.#parameterNames.set(value, name)
    }
    return name
  }

  /** The position of a user function among those that statements call. */
  udf(name: string): number {
    const known = this.#udfs.indexOf(name)
    return known === -1 ? this.#udfs.push(name) - 1 : known
  }

  /** A name that nothing else has. */
  fresh(prefix: string): string {
    return `${prefix}${this.#names++}`
  }

  /** Adds a statement to the current scope. */
  add(statement: string): void {
    this.#scope.statements.push(statement)
  }

  /** Adds a constant that holds what `text` gives; returns its name. */
  define(prefix: string, text: string): string {
    const name = this.fresh(prefix)
    this.add(`const ${name} = ${text};`)
    return name
  }

  /** The statements so far; the writer starts over with an empty scope. */
  take(): string {
    const text = this.#scope.statements.join('\n')
    this.#scope = emptyScope()
    return text
  }

  /** Runs `fill` in a scope of its own and gives the text of the statements that it adds. */
  nested(fill: () => void): string {
    const outer = this.#scope
    this.#scope = emptyScope(outer)
    try {
      fill()
      return this.#scope.statements.join('\n')
    } finally {
      this.#scope = outer
    }
  }

  /** The value of the expression `id`: computed once per scope, and not again where an enclosing scope has it. */
  once(id: number, compute: () => Emitted): Emitted {
    for (let scope: Scope | undefined = this.#scope; scope !== undefined; scope = scope.outer) {
      const known = scope.computed.get(id)
      if (known !== undefined) return known
    }
    const { computed } = this.#scope
    const emitted = compute()
    computed.set(id, emitted)
    return emitted
  }
}
