// The search for a run of bytes as a WebAssembly module, sixteen positions at a time. It is written here instruction by
// instruction, so that no compiler is needed; how it is called is in search.ts.

/** Parameters and local variables, by number. */
const [at, end, needle, size, last, hits, found, next, firsts, lasts] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] as const

const i32 = 0x7f
const v128 = 0x7b

const get = (local: number): number[] => [0x20, local]
const set = (local: number): number[] => [0x21, local]
/** A number below 64 in size, as it is written in one byte. */
const constant = (value: number): number[] => [0x41, value & 0x7f]
const add = 0x6a
const subtract = 0x6b
const and = 0x71
const isZero = 0x45
const isDifferent = 0x47
const isGreater = 0x4a
const isGreaterOrEqual = 0x4e
const trailingZeros = 0x68
const loadByte = [0x2d, 0, 0]
const load16 = [0xfd, 0x00, 0, 0]
const spread = [0xfd, 0x0f]
const equal16 = [0xfd, 0x23]
const and16 = [0xfd, 0x4e]
const bitOfEach = [0xfd, 0x64]
const block = (...body: readonly number[]): number[] => [0x02, 0x40, ...body, 0x0b]
const loop = (...body: readonly number[]): number[] => [0x03, 0x40, ...body, 0x0b]
/** Leaves the block, or repeats the loop, that many levels out. */
const branch = (levels: number): number[] => [0x0c, levels]
const branchIf = (levels: number): number[] => [0x0d, levels]
const release = 0x0f

/** `find(at, end, needle, size)`: where the needle begins from `at` on and ends by `end`; -1 when it does not. */
// biome-ignore format: an instruction, or one step of the search, a line
const body = [
  ...get(end), ...get(size), subtract, ...set(last),
  ...get(needle), ...loadByte, ...spread, ...set(firsts),
  ...get(needle), ...get(size), add, ...constant(1), subtract, ...loadByte, ...spread, ...set(lasts),
  ...block(
    ...loop(
      ...get(at), ...get(last), isGreater, ...branchIf(1),
      // Positions at which the needle's first byte stands, and its last byte where it should.
      ...get(at), ...load16, ...get(firsts), ...equal16,
      ...get(at), ...get(size), add, ...constant(1), subtract, ...load16, ...get(lasts), ...equal16,
      ...and16, ...bitOfEach, ...set(hits),
      ...block(
        ...loop(
          ...get(hits), isZero, ...branchIf(1),
          ...get(at), ...get(hits), trailingZeros, add, ...set(found),
          ...get(found), ...get(last), isGreater, ...branchIf(3),
          ...constant(0), ...set(next),
          ...block(
            ...loop(
              ...get(next), ...constant(1), add, ...set(next),
              // All bytes between the first and the last are equal.
              ...block(
                ...get(next), ...constant(1), add, ...get(size), isGreaterOrEqual, isZero, ...branchIf(0),
                ...get(found), release,
              ),
              ...get(found), ...get(next), add, ...loadByte,
              ...get(needle), ...get(next), add, ...loadByte, isDifferent, ...branchIf(1),
              ...branch(0),
            ),
          ),
          // The lowest bit is done with.
          ...get(hits), ...get(hits), ...constant(1), subtract, and, ...set(hits),
          ...branch(0),
        ),
      ),
      ...get(at), ...constant(16), add, ...set(at),
      ...branch(0),
    ),
  ),
  ...constant(-1),
]

/** A section, or the code of a function, with its length in front. */
function sized(content: readonly number[]): number[] {
  return [...unsigned(content.length), ...content]
}

function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >> 7)]
}

const section = (id: number, ...content: readonly number[]): number[] => [id, ...sized(content)]
const name = (text: string): number[] => sized([...text].map((c) => c.charCodeAt(0)))

/** @param pages - How much memory it has, in pages of 64 KiB. */
export const searchModule = (pages: number): Uint8Array<ArrayBuffer> =>
  Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, 1, 0x60, 4, i32, i32, i32, i32, 1, i32),
    ...section(3, 1, 0),
    ...section(5, 1, 0x00, pages),
    ...section(7, 2, ...name('memory'), 0x02, 0, ...name('find'), 0x00, 0),
    ...section(10, 1, ...sized([2, 4, i32, 2, v128, ...body, 0x0b])),
  ])
