// Lexical scopes while a syntax tree is walked: which names are declared where, and which uses stay free. Knows nothing
// of syntax.

/** How a function uses a name that it does not declare. */
export interface FreeName {
  readonly name: string
  /** True when the function assigns to it. */
  readonly written: boolean
  /** True when the name may be missing: only `typeof` looks at it, or sloppy hoisting may declare it. */
  readonly optional: boolean
}

export type ScopeKind = 'function' | 'block'
export type UseKind = 'read' | 'write' | 'typeof'

interface Scope {
  readonly kind: ScopeKind
  readonly outer: Scope | undefined
  readonly declared: Set<string>
  /** Sloppy mode hoists a function out of its block in some cases, so that a use outside may mean either. */
  readonly maybeDeclared: Set<string>
  readonly uses: { name: string; kind: UseKind; optional: boolean }[]
}

export class ScopeStack {
  #scope: Scope = createScope('function', undefined)

  /** Runs `body` in a new scope. What it leaves free is resolved when it ends, because declarations may follow uses. */
  within(kind: ScopeKind, body: () => void): void {
    const outer = this.#scope
    const scope = createScope(kind, outer)
    this.#scope = scope
    body()
    this.#scope = outer
    for (const use of scope.uses) {
      if (scope.declared.has(use.name)) continue
      outer.uses.push(scope.maybeDeclared.has(use.name) ? { ...use, optional: true } : use)
    }
  }

  use(name: string, kind: UseKind): void {
    this.#scope.uses.push({ name, kind, optional: false })
  }

  declare(name: string): void {
    this.#scope.declared.add(name)
  }

  /** `var`: declares the name in the function. */
  declareHoisted(name: string): void {
    this.#functionScope().declared.add(name)
  }

  /** A function declaration: in its block, and in sloppy mode maybe in the function. */
  declareFunction(name: string): void {
    this.declare(name)
    if (this.#scope.kind === 'block') this.#functionScope().maybeDeclared.add(name)
  }

  /** The names that no scope declares, in order of appearance. */
  free(): FreeName[] {
    const merged = new Map<string, { name: string; written: boolean; optional: boolean }>()
    for (const { name, kind, optional } of this.#scope.uses) {
      const entry = merged.get(name) ?? { name, written: false, optional: true }
      entry.written ||= kind === 'write'
      entry.optional &&= optional || kind === 'typeof'
      merged.set(name, entry)
    }
    return [...merged.values()]
  }

  #functionScope(): Scope {
    let scope = this.#scope
    while (scope.kind === 'block' && scope.outer !== undefined) scope = scope.outer
    return scope
  }
}

function createScope(kind: ScopeKind, outer: Scope | undefined): Scope {
  return { kind, outer, declared: new Set(), maybeDeclared: new Set(), uses: [] }
}
