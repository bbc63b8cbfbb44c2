// The slots of a hash table that gives keys the ids 0, 1, 2 … in order of appearance: open addressing, hash and id side by
// side, so that a probe touches one place. The keys, and when two are equal, are the business of the tables.

/** No id: what a free slot holds, and the id of null until it comes. */
export const EMPTY = -1
/** Keys that are looked up together. */
export const LOOK_AHEAD = 128

/** Pairs of a hash and an id. */
export class Slots {
  words = new Int32Array(4096).fill(EMPTY)
  mask = 2047
  /** What `touch` saw; kept so that its reads are not optimised away. */
  touched = 0

  /**
   * Reads the places that the next keys will look at. The reads do not depend on each other, so the processor waits for
   * many of them at once; looked at one after the other, each key of a large table would wait for its own.
   */
  touch(hashes: Int32Array, count: number): void {
    const { words, mask } = this
    let seen = 0
    for (let i = 0; i < count; i++) seen ^= words[2 * ((hashes[i] ?? 0) & mask)] ?? 0
    this.touched = seen
  }

  /** Makes room for more keys. In the order of the old slots, the new ones are written nearly in order too. */
  grow(): void {
    const old = this.words
    const words = new Int32Array(old.length * (old.length < 1 << 20 ? 4 : 2)).fill(EMPTY)
    const mask = words.length / 2 - 1
    for (let from = 0; from < old.length; from += 2) {
      const id = old[from + 1] ?? EMPTY
      if (id === EMPTY) continue
      const hashed = old[from] ?? 0
      let slot = hashed & mask
      while (words[2 * slot + 1] !== EMPTY) slot = (slot + 1) & mask
      words[2 * slot] = hashed
      words[2 * slot + 1] = id
    }
    this.words = words
    this.mask = mask
  }
}

/** The same ids with room for more. */
export function doubled(array: Int32Array): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(array.length * 2)
  longer.set(array)
  return longer
}
