// Functions that damage the worker they run in: a coded error that is not ours, with the function's name, and a pool that
// serves the next call.

import { closeSync, writeSync } from 'node:fs'
import t from 'tap'
import { WorkerPool } from '../../runtime/index.ts'

t.setTimeout(120_000)

/** A message on the worker's own channel. */
function pretend(code: string): void {
  const text = JSON.stringify({
    kind: 'failed',
    id: 1,
    bytes: 0,
    error: { code, message: 'come back later', details: {} },
  })
  const frame = Buffer.alloc(4 + text.length)
  frame.writeUInt32LE(text.length)
  frame.write(text, 4)
  writeSync(5, frame)
}

const tricks: Readonly<Record<string, readonly [trick: () => unknown, code: string]>> = {
  'closes its result pipe': [() => closeSync(3), 'protocol_error'],
  'closes its control channel': [() => closeSync(5), 'worker_lost'],
  'writes into its result pipe': [() => writeSync(3, 'garbage'), 'protocol_error'],
  'writes into its control channel': [() => writeSync(5, 'garbage'), 'protocol_error'],
  'says that the queue is full': [() => pretend('queue_full'), 'protocol_error'],
  'exits with code 0': [() => process.exit(0), 'worker_lost'],
  aborts: [() => process.abort(), 'worker_lost'],
  'replaces Promise': [() => Reflect.set(globalThis, 'Promise', class {}), 'udf_failed'],
  'replaces a method of Promise': [() => Reflect.set(Promise, 'withResolvers', null), 'udf_failed'],
  'replaces a method of arrays': [() => Reflect.set(Array.prototype, 'map', null), 'udf_failed'],
  'replaces JSON': [() => Reflect.set(globalThis, 'JSON', undefined), 'worker_lost'],
  'leaves a rejection behind': [() => void Promise.reject(new Error('late')), 'worker_lost'],
}
const harmless: Readonly<Record<string, () => unknown>> = {
  'closes its stdout': () => closeSync(1),
  'leaves a timer behind': () => void setInterval(() => {}, 1000),
  'sends to a parent it does not have': () => process.send?.({ kind: 'failed' }),
}

t.test('a function that damages its worker fails alone', async (t) => {
  await using pool = WorkerPool.fork({ workers: 1 })
  for (const [title, [trick, code]] of Object.entries(tricks)) {
    const mine = async (): Promise<number> => {
      trick()
      await new Promise((resolve) => setTimeout(resolve, 1))
      return [1].map((item) => item + 1).length
    }
    const error = await pool.runWith({ onLog() {} }, mine).catch((thrown) => thrown)
    t.equal(error.code, code, title)
    const named = code === 'udf_failed' ? /replaced |Function "mine" threw/ : /; it ran the user's function "mine"$/
    t.match(error.message, named, title)
    t.equal(
      await pool.run(() => [1, 2].map((item) => item * 2).length),
      2,
      `and the next call is served after it ${title}`,
    )
  }
})

t.test('a function that leaves things behind does no harm', async (t) => {
  await using pool = WorkerPool.fork({ workers: 1 })
  for (const [title, trick] of Object.entries(harmless)) {
    const mine = (): number => {
      trick()
      return 1
    }
    t.equal(await pool.run(mine), 1, title)
    t.equal(await pool.run(() => 2), 2, `the next call after it ${title}`)
  }
})
