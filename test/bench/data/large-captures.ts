// Values of some size, as closures capture them: lookup tables, dictionaries, lists of records.

const count = 10_000
const words = Array.from({ length: count }, (_, index) => `word ${index}`)

/** How often each is shipped is up to its size. */
export const largeCaptures: readonly { readonly name: string; readonly value: unknown; readonly rounds: number }[] = [
  {
    name: 'Float64Array of 100 KiB',
    value: Float64Array.from({ length: 12_800 }, (_, index) => index / 3),
    rounds: 40,
  },
  { name: 'Uint8Array of 100 KiB', value: new Uint8Array(102_400).fill(7), rounds: 40 },
  { name: 'Uint8Array of 50 MB', value: new Uint8Array(50_000_000).fill(7), rounds: 3 },
  { name: 'array of 10,000 numbers', value: Array.from(words, (_, index) => index / 3), rounds: 40 },
  { name: 'array of 10,000 strings', value: words, rounds: 20 },
  { name: 'Map of 10,000 strings', value: new Map(words.map((word) => [word, `for ${word}`])), rounds: 20 },
  { name: 'array of 10,000 objects', value: words.map((word, id) => ({ id, word, even: id % 2 === 0 })), rounds: 10 },
]
