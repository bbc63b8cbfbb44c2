// The nearest of some names to a mistyped one, for "Did you mean …?".

/** A name longer than this is no slip, and candidates beyond so many are not looked at: each costs its length squared. */
const MAX_LENGTH = 64
const MAX_CANDIDATES = 2000

/**
 * Finds the candidate that is closest to `name` by edit distance, ignoring case.
 *
 * @returns The candidate, or undefined when none is close enough to be a likely slip.
 */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  if (name.length > MAX_LENGTH) return undefined
  const wanted = name.toLowerCase()
  let looked = 0
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - wanted.length) >= bestDistance) continue
    if (++looked > MAX_CANDIDATES) break
    const distance = editDistance(wanted, candidate.toLowerCase())
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** `Did you mean "…"?` with the nearest candidate, or what to say when there is none. */
export function didYouMean(name: string, candidates: Iterable<string>, otherwise: string): string {
  const guess = nearest(name, candidates)
  return guess === undefined ? otherwise : `Did you mean "${guess}"?`
}

/** Damerau-Levenshtein distance with adjacent swaps, in code units: enough for names. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1)
      row.push(cost)
    }
    beforeLast = last
    last = row
  }
  return last[b.length] ?? 0
}
