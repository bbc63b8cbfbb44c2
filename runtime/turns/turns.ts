// Long work on the event loop in pieces: between them others get their turn. Work that some do at once and others in turns
// is a generator, which yields wherever it may be interrupted. Knows nothing of the work.

import { setImmediate as nextTurn } from 'node:timers/promises'

/** As long as work may fill one turn, all there is in this process together. */
const LONGEST_MS = 8

/** Work that yields between its pieces, and returns what comes of it. */
export type Pieces<Result> = Generator<undefined, Result, undefined>

let since = performance.now()
let line: Promise<unknown> = Promise.resolve()

const isFull = (): boolean => performance.now() - since >= LONGEST_MS

/** Between two pieces of work: ends this turn of the event loop when it is full. Whoever waits gets a turn of his own. */
export async function yieldTurn(): Promise<void> {
  if (!isFull()) return
  line = line.then(() => nextTurn())
  await line
  since = performance.now()
}

/** Does work in turns. What it throws is thrown. */
export async function inTurns<Result>(work: Pieces<Result>): Promise<Result> {
  for (;;) {
    if (isFull()) await yieldTurn()
    const next = work.next()
    if (next.done === true) return next.value
  }
}

/** Does work in one turn, where nobody else waits. */
export function atOnce<Result>(work: Pieces<Result>): Result {
  for (;;) {
    const next = work.next()
    if (next.done === true) return next.value
  }
}
