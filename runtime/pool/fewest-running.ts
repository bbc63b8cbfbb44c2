// Whose turn it is among those that share workers: who has the fewest running, and among equals who has waited longest
// since its own number last changed. Arrival alone would not do: whoever came first would have its turn again each time
// that its task ends.

/** Who shares: an owner, or one of its jobs. */
export interface Sharer {
  /** How many it has running. */
  readonly running: number
}

/** Those that wait for their turn. No step takes longer for there being many of them. */
export class FewestRunning<Member extends Sharer> {
  readonly #places = new Map<Member, Set<Member>>()
  readonly #byRunning: (Set<Member> | undefined)[] = []

  get isEmpty(): boolean {
    return this.#places.size === 0
  }

  /** Whose turn it is. */
  get first(): Member | undefined {
    for (const members of this.#byRunning) for (const member of members ?? []) return member
    return undefined
  }

  /** Puts a member behind its equals: when it comes, and whenever what it has running has changed. */
  place(member: Member): void {
    this.remove(member)
    const equals = this.#byRunning[member.running] ?? new Set()
    this.#byRunning[member.running] = equals
    this.#places.set(member, equals.add(member))
  }

  remove(member: Member): void {
    this.#places.get(member)?.delete(member)
    this.#places.delete(member)
  }
}
