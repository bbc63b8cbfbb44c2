// Plain data in which what is equal is one object. What is written refers to an object that it has written before, so
// that without this the bytes would tell which equal parts the writer happened to share.

/** Makes copies of plain data, one for all that are equal. What is not plain data stays as it is, and equals itself. */
export class OneOfEach {
  readonly #ids = new Map<unknown, number>()
  readonly #copies = new Map<string, object>()

  /** The copy of a value. It has the value's arrays, plain objects with their members in alphabetical order, and bytes. */
  copyOf(value: unknown): unknown {
    if (typeof value !== 'object' || value === null || this.#ids.has(value)) return value
    if (value instanceof Uint8Array)
      return this.#only(`bytes ${Buffer.from(value).toString('latin1')}`, () => value.slice())
    if (Array.isArray(value)) {
      let key = '['
      const items = value.map((item) => {
        const copy = this.copyOf(item)
        key += this.#keyOf(copy)
        return copy
      })
      return this.#only(key, () => items)
    }
    if (!isPlain(value)) return value
    const members = Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]): [string, unknown] => [name, this.copyOf(member)])
    const key = members.map(([name, member]) => this.#keyOf(name) + this.#keyOf(member)).join('')
    return this.#only(`{${key}`, () => Object.fromEntries(members))
  }

  /** Has a value stand for itself, as it is. */
  keep(value: unknown): void {
    if (!this.#ids.has(value)) this.#ids.set(value, this.#ids.size)
  }

  #only(key: string, make: () => object): object {
    let copy = this.#copies.get(key)
    if (copy === undefined) {
      copy = make()
      this.#copies.set(key, copy)
      this.keep(copy)
    }
    return copy
  }

  /** A text that differs for all that differs, and ends where it says; objects are copies, or stand for themselves. */
  #keyOf(value: unknown): string {
    switch (typeof value) {
      case 'string':
        return `'${value.length} ${value}`
      case 'number':
        return Object.is(value, -0) ? '-0,' : `${value},`
      case 'bigint':
        return `${value}n`
      case 'object':
        if (value === null) return 'null,'
        this.keep(value)
        return `#${this.#ids.get(value)},`
      default:
        return `${String(value)},`
    }
  }
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
