// Walks Thrift's compact protocol, in which Parquet writes footers and page headers. Checks it before hyparquet decodes it,
// which makes room for whatever a list states, follows structs as deep as they go and numbers as long as they are; and
// finds single values in it without decoding the others.

/** Parquet's own structs are nested eight deep. */
const mostDepth = 32
/** Numbers, texts and structs in one footer: of more, the objects made of them would not fit into memory. */
const mostValues = 2 ** 23

export const types = {
  stop: 0,
  true: 1,
  false: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  struct: 12,
}

/**
 * Walks the struct at `start`.
 *
 * @throws {Error} When it goes beyond the bytes, or has more in it than metadata has.
 */
export function verifyThrift(bytes: Uint8Array, start: number): void {
  new ThriftReader(bytes, start).struct(0)
}

export class ThriftReader {
  readonly #bytes: Uint8Array
  #at: number
  #values = 0

  constructor(bytes: Uint8Array, start = 0) {
    this.#bytes = bytes
    this.#at = start
  }

  /** Where it stands in the bytes. */
  get at(): number {
    return this.#at
  }

  /** The header of the field after that with the id `before`, 0 for the first; its type is `stop` when there is none. */
  field(before: number): { readonly id: number; readonly type: number } {
    const header = this.#byte()
    const delta = header >> 4
    const type = header & 15
    return { type, id: type === types.stop || delta > 0 ? before + delta : this.integer() }
  }

  /** How many structs the list has that begins here. */
  structs(): number {
    const { count, type } = this.#listHeader()
    if (count > 0 && type !== types.struct) throw new Error('a list of structs holds something else')
    return count
  }

  integer(): number {
    const value = this.#varint(10)
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  /** Goes past a value. */
  skip(type: number): void {
    this.#value(type, 0)
  }

  struct(depth: number): void {
    if (depth > mostDepth) throw new Error(`metadata is nested more than ${mostDepth} deep`)
    for (;;) {
      const header = this.#byte()
      const type = header & 15
      if (type === types.stop) return
      if (header >> 4 === 0) this.#varint(5)
      this.#value(type, depth)
    }
  }

  #value(type: number, depth: number): void {
    if (++this.#values > mostValues) throw new Error(`metadata of more than ${mostValues} values`)
    switch (type) {
      case types.true:
      case types.false:
        break
      case types.byte:
        this.#skip(1)
        break
      case types.i16:
      case types.i32:
        this.#varint(5)
        break
      case types.i64:
        this.#varint(10)
        break
      case types.double:
        this.#skip(8)
        break
      case types.binary:
        this.#skip(this.#varint(5))
        break
      case types.list:
        this.#list(depth)
        break
      case types.struct:
        this.struct(depth + 1)
        break
      default:
        throw new Error(`metadata of the unknown type ${type}`)
    }
  }

  #list(depth: number): void {
    if (depth > mostDepth) throw new Error(`metadata is nested more than ${mostDepth} deep`)
    const { count, type } = this.#listHeader()
    // A boolean takes a byte of its own in a list, and none elsewhere.
    const itemType = type === types.true || type === types.false ? types.byte : type
    for (let i = 0; i < count; i++) this.#value(itemType, depth + 1)
  }

  #listHeader(): { readonly count: number; readonly type: number } {
    const header = this.#byte()
    const count = header >> 4 === 15 ? this.#varint(5) : header >> 4
    if (count > this.#bytes.length - this.#at) {
      throw new Error(`a list of ${count} values in ${this.#bytes.length - this.#at} bytes`)
    }
    return { count, type: header & 15 }
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++]
    if (byte === undefined) throw new Error('metadata ends early')
    return byte
  }

  #skip(count: number): void {
    if (count > this.#bytes.length - this.#at) throw new Error(`a text of ${count} bytes goes beyond its metadata`)
    this.#at += count
  }

  /** A number of at most `most` bytes; exact up to 53 bits. */
  #varint(most: number): number {
    let value = 0
    let unit = 1
    for (let i = 0; i < most; i++) {
      const byte = this.#byte()
      value += (byte & 0x7f) * unit
      unit *= 128
      if (byte < 0x80) return value
    }
    throw new Error(`a number of more than ${most} bytes`)
  }
}
