// Long work in turns: others come in between, and all that works in turns shares them.

import t from 'tap'
import { atOnce, inTurns, type Pieces, yieldTurn } from '../../../runtime/turns/turns.ts'

t.setTimeout(60_000)

/** So many pieces that fill a turn each; `done` is told of every one. */
function* work(pieces: number, done: (piece: number) => void = () => {}): Pieces<string> {
  for (let i = 0; i < pieces; i++) {
    const end = performance.now() + 10
    while (performance.now() < end);
    done(i)
    yield
  }
  return 'done'
}

/** Counts the turns of the event loop until it is stopped. */
function countTurns(): { turns: number; stop(): void } {
  const counter = { turns: 0, stop: () => clearImmediate(next) }
  const count = () => {
    counter.turns += 1
    next = setImmediate(count)
  }
  let next = setImmediate(count)
  return counter
}

t.test('inTurns() gives others a turn after each piece that fills one', async (t) => {
  const counter = countTurns()
  t.equal(await inTurns(work(5)), 'done')
  counter.stop()
  t.ok(counter.turns >= 5, `${counter.turns} turns`)
})

t.test('inTurns() of several works does not put their pieces into one turn', async (t) => {
  const counter = countTurns()
  const at: number[] = []
  atOnce(work(1))
  await Promise.all([1, 2, 3].map(() => inTurns(work(3, () => at.push(counter.turns)))))
  counter.stop()
  t.equal(new Set(at).size, 9, `pieces in the turns ${at}`)
})

t.test('inTurns() throws what the work throws', async (t) => {
  const failing = function* (): Pieces<never> {
    yield
    throw new RangeError('no more')
  }
  await t.rejects(inTurns(failing()), { name: 'RangeError', message: 'no more' })
})

t.test('atOnce() does work without a turn in between, and yieldTurn() ends a turn that is full', async (t) => {
  const counter = countTurns()
  t.equal(atOnce(work(3)), 'done')
  t.equal(counter.turns, 0)
  await yieldTurn()
  t.ok(counter.turns >= 1)
  counter.stop()
})
