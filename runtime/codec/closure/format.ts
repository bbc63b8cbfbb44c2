// The shape of a closure's bytes, shared by encode.ts and revive.ts. A change here bumps `formatVersion`.
//
//   header 60 bytes: magic "VLYCLOS" · version u8 · sender's Node major u8 · 3 zero bytes · text length u32 LE ·
//                    directories length u32 LE · attachments length u32 LE · SHA-256 of the content ·
//                    CRC-32 u32 LE of the header before it and of the directories
//   text             JSON: [root, places, groups, attachment lengths, records, strings]
//   attachments      raw bytes, one behind the other
//   directories      JSON: the directory of each place; for stack traces only, so not part of the content's digest
//
// A record is [kind, ...operands]. Operands stand for themselves, except lists, whose first item says what they stand for:
// a number is the index of another record (below: Ref), a string is one of `textMarks`. Because records refer to each
// other by index only, the text is flat however deeply the values nest.
//
//   a  array          a, ...items
//   A  sparse array   A, length, index, item, index, item …
//   o  object         o, key, value, key, value …          n  the same with a null prototype
//   m  Map            m, key, value, …                     s  Set: s, ...items
//   d  Date           d, milliseconds                      r  RegExp: r, source, flags, lastIndex
//   u  URL            u, href                              q  URLSearchParams: q, text
//   w  boxed          w, primitive                         y  symbol: y, sort, text (see symbolSorts)
//   e  Error          e                                    k  coverage counter: k
//   l  ArrayBuffer    l, attachment, padding               b  view: b, constructor, Ref buffer, offset, length
//   v  numbers        v, attachment (an array of float64s)
//   t  shipped type   t, name, data                        T  the same with bytes: T, name, attachment
//   g  global         g, accessor, ...path                 p  prototype of a function: p, Ref function
//   i  import         i, specifier, name, place or -1, mode, attributes or null
//   f  function       f, kind, flags, name, code, place or -1, line, column, names, values
//   x  extras         x, Ref target, prototype or true, integrity, then key, flags, value (or key, flags, get, set)

import * as zlib from 'node:zlib'

export const magic = 'VLYCLOS'
export const formatVersion = 2
export const digestStart = 24
export const checksumStart = 56
export const headerBytes = 60

/** Marks of operands: ["u"], ["n", "NaN"], ["b", digits], ["s", position among the strings], ["l", ...operands], ["d", devalue]. */
export const textMarks = { undefined: 'u', number: 'n', bigint: 'b', string: 's', list: 'l', data: 'd' } as const
/** Strings of this length and more stand in the table of strings. */
export const longString = 64

/** How a module is loaded; compilers wrap what require returns as a namespace (star) or under `default`. */
export const importModes = { import: 0, require: 1, star: 2, default: 3 } as const
export const functionKinds = ['function', 'arrow', 'class', 'method', 'getter', 'setter'] as const
export const symbolSorts = { wellKnown: 0, registered: 1, unique: 2 } as const
export const functionFlags = { strict: 1, derived: 2 } as const
export const propertyFlags = { writable: 1, enumerable: 2, configurable: 4, accessor: 8, deleted: 16 } as const
export const integrityLevels = { extensible: 0, frozen: 1, sealed: 2, closed: 3 } as const
/** How the functions of a group are made: alone, as constants of one scope, or each with cells that are set later. */
export const groupModes = { single: 0, joint: 1, cells: 2 } as const

/** The checksum of what the digest does not cover: the header, with the digest in it, and the directories. */
export function checksumOf(bytes: Uint8Array, directoriesStart: number): number {
  return zlib.crc32(bytes.subarray(directoriesStart), zlib.crc32(bytes.subarray(0, checksumStart)))
}
