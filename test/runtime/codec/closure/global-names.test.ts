// biome-ignore-all lint/suspicious/noFunctionAssign: functions that assign their names are what is tested

import { execFile, fork } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import t from 'tap'
import { nodeGlobals } from '../../../../runtime/codec/closure/capture/node-globals.ts'
import { captureClosure } from '../../../../runtime/codec/closure/index.ts'
import { refusalOf, startReviver } from './fixtures/ship.ts'

t.setTimeout(240_000)
const reviver = startReviver()
t.teardown(() => reviver.close())

declare const lateGlobal: number

t.test('nodeGlobals lists what a fresh process has', async (t) => {
  const print = 'console.log(JSON.stringify(Object.getOwnPropertyNames(globalThis)))'
  const args = ['--input-type=module', '--eval', `import 'node:process'; ${print}`]
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: {} })
  const modules = new Set(process.getBuiltinModule('node:module').builtinModules)
  const fresh = (JSON.parse(stdout) as string[]).filter(
    (name) => !modules.has(name) && !/^(__|require$|module$|exports$)/.test(name),
  )
  t.strictSame(
    fresh.filter((name) => !nodeGlobals.has(name)),
    [],
  )
})

t.test(
  'captureClosure() tells what the program made of its globals from what Node has, whenever it did so',
  async (t) => {
    const execArgv = ['--disable-warning=ExperimentalWarning']
    const child = fork(new URL('fixtures/early-globals.ts', import.meta.url), { execArgv })
    const [results] = await once(child, 'message')
    t.strictSame(results, {
      'a bare use': 'closure_user_global',
      typeof: 'closure_user_global',
      'a member of globalThis': 'closure_user_global',
      'a member that the function makes': 'accepted',
      'a name that nobody declared': 'accepted',
      'a replaced global': 'closure_user_global',
      'an added method, captured': 'by-value',
      'a replaced method, captured': 'by-value',
      'an untouched global': 'accepted',
    })
  },
)

t.test('captureClosure() refuses globals that are added or replaced after it was loaded', async (t) => {
  Reflect.set(globalThis, 'lateGlobal', 1)
  const original = globalThis.queueMicrotask
  globalThis.queueMicrotask = () => {}
  const original2 = globalThis.console
  t.teardown(() => {
    Reflect.deleteProperty(globalThis, 'lateGlobal')
    globalThis.queueMicrotask = original
  })
  t.equal(refusalOf(() => typeof lateGlobal).code, 'closure_user_global')
  const { code, message } = refusalOf(() => queueMicrotask(() => {}))
  t.equal(code, 'closure_user_global')
  t.match(message, /it uses "queueMicrotask", a global that was replaced at run time, of which a worker has Node's own/)
  globalThis.console = Object.create(original2)
  const replaced = refusalOf(() => console.log('x')).code
  globalThis.console = original2
  t.equal(replaced, 'closure_user_global')
  t.equal(refusalOf(() => typeof lateGlobal, { captures: { lateGlobal: 5 } }).code, 'accepted')
})

t.test('captureClosure() ships a function that assigns its own name', async (t) => {
  function once(): number {
    // @ts-expect-error: that is the point
    once = () => 2
    return 1
  }
  function counting(): string {
    const before = typeof counting
    // @ts-expect-error: that is the point
    counting = () => 'replaced'
    return `${before} ${counting()}`
  }
  const twice = () => [once(), once()]
  t.equal(await reviver.call(counting), 'function replaced')
  t.equal(await reviver.call(once), 1)
  t.equal(refusalOf(twice).code, 'closure_shared_mutable')
  t.match(Buffer.from(captureClosure(once).bytes).toString('latin1'), '"once"', 'it keeps its name')
})

t.test('captureClosure() leaves the name of a function expression a constant of its own', async (t) => {
  const attempt = function own(): string {
    try {
      // @ts-expect-error: that is the point
      own = () => 'replaced'
    } catch (error) {
      return (error as Error).name
    }
    return 'assigned'
  }
  t.equal(attempt(), 'TypeError')
  t.equal(await reviver.call(attempt), 'TypeError')
})
