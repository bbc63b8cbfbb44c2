// Functions that are shipped by the benchmark, in a module of their own: a peer in another process ships the same.

const rate = 1.19
const table = { threshold: 10, names: ['net', 'gross'] }
const helper = (value: number) => value * rate

/** A function with a helper and two captured values. */
export const automatic = (value: number) => (value > table.threshold ? helper(value) : value)

/** What `explicit` captures, to be given by hand. */
export const captures = { rate, table }
export const explicit = (value: number) => (value > table.threshold ? value * rate : value)

/** As `automatic`, with another captured value for each number. */
export function withRate(ownRate: number): (value: number) => number {
  const own = (value: number) => value * ownRate
  return (value) => (value > table.threshold ? own(value) : value)
}

export const loop = (count: number) => {
  let sum = 0
  for (let index = 0; index < count; index++) sum += helper(index) + table.threshold
  return sum
}
