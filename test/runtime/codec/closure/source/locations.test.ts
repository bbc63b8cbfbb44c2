import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { captureClosure } from '../../../../../runtime/codec/closure/index.ts'
import { startReviver } from '../fixtures/ship.ts'

// Case 71: the stack of an error names the user's own file and line, wherever it is thrown.

t.setTimeout(120_000)
const reviver = startReviver()
t.teardown(() => reviver.close())

const file = fileURLToPath(import.meta.url)

// prettier-ignore
const arrow = () => {
  throw new Error('at: arrow')
}
function declared(
  // parameters that begin on a line of their own
  _value = 1,
): never {
  throw new Error('at: declared')
}
class Thrower {
  static before = 1
  field = 1
  constructor(fail = false) {
    if (fail) throw new Error('at: constructor')
  }
  method() {
    throw new Error('at: method')
  }
}
const object = {
  plain() {
    throw new Error('at: plain method')
  },
}
const ping = (n: number): number => (n === 0 ? fail('at: ping') : pong(n - 1))
// a line between the two
const pong = (n: number): number => (n === 0 ? fail('at: pong') : ping(n - 1))
const fail = (message: string): never => {
  throw new Error(message)
}

const cases: readonly (readonly [string, unknown, ...unknown[]])[] = [
  ['at: arrow', arrow],
  ['at: declared', declared],
  ['at: constructor', () => new Thrower(true)],
  ['at: method', () => new Thrower().method()],
  ['at: plain method', object.plain],
  ['at: ping', ping, 2],
  ['at: pong', ping, 1],
]

for (const [message, value, ...args] of cases) {
  t.test(`reviveClosure() keeps the line of an error thrown "${message}"`, async (t) => {
    const error: Error = await reviver.call(value, ...args).then(
      () => new Error('it was not thrown'),
      (error) => error,
    )
    const line = lineOf(message)
    t.match(error.stack, `${file}:${line}:`)
    const local = localStack(value, args)
    t.equal(positionOf(error.stack, line), positionOf(local, line), 'the column is the same, too')
  })
}

t.test('captureClosure() keeps directories out of the content', (t) => {
  const { bytes } = captureClosure(arrow)
  const text = Buffer.from(bytes)
  const contentEnd = 60 + text.readUInt32LE(12)
  t.match(text.toString('utf8', 60, contentEnd), '"locations.test.ts"')
  t.notMatch(text.toString('utf8', 60, contentEnd), 'runtime/codec')
  t.match(text.toString('utf8', contentEnd), 'runtime/codec/closure/')
  t.end()
})

t.test('captureClosure() names a function of unknown origin after itself', async (t) => {
  const explode = () => {
    throw new Error('from nowhere')
  }
  const { bytes } = captureClosure(explode, { captures: {} })
  const error = await reviver.callBytes(bytes).catch((error: Error) => error)
  t.match((error as Error).stack, /at explode \(volley:explode:2:/)
})

function lineOf(text: string): number {
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.findIndex((line) => line.includes(`'${text}'`)) + 1
}

function localStack(value: unknown, args: readonly unknown[]): string | undefined {
  try {
    ;(value as (...args: unknown[]) => unknown)(...args)
  } catch (error) {
    return (error as Error).stack
  }
  return undefined
}

function positionOf(stack: string | undefined, line: number): string | undefined {
  return new RegExp(`locations\\.test\\.ts:${line}:\\d+`).exec(stack ?? '')?.[0]
}
