// biome-ignore-all lint/complexity/noArguments: what is refused is written down here
// biome-ignore-all lint/security/noGlobalEval: the same

import { EventEmitter } from 'node:events'
import { createServer } from 'node:net'
import t from 'tap'
import { refusalOf } from './fixtures/ship.ts'
import { usesExports, usesModule, usesRequire } from './fixtures/user.cjs'

// Cases 58 and 60 to 65: what cannot travel, each with its code, its path and a way out.

t.setTimeout(120_000)

interface Case {
  readonly title: string
  readonly value: unknown
  readonly code: string
  readonly message: string | RegExp
  readonly path?: string[]
}

const early = () => later
const { code: tdz, message: tdzMessage } = refusalOf(early)
const later = 1
Reflect.set(globalThis, 'addedByUser', 1)
declare const addedByUser: unknown
declare const undefinedAnywhere: unknown

class Secretive {
  #key = 1
  readKey() {
    return this.#key
  }
}
class Parent {
  hello() {
    return 'hello'
  }
}
class Child extends Parent {
  override hello() {
    return super.hello()
  }
}
function around(this: unknown, ..._values: unknown[]) {
  const newTarget = new.target
  void newTarget
  return {
    usesThis: () => this,
    usesArguments: () => arguments.length,
    usesNewTarget: () => new.target,
  }
}
const lexical = around.call({})
const bound = Math.max.bind(null, 1)
const native = Promise.withResolvers().resolve
const server = createServer()
t.teardown(() => server.close())
const emitter = new EventEmitter()
const proxy = new Proxy({}, {})
const pool = { socket: server, list: [{ promise: Promise.resolve() }] }
function* generate() {
  yield 1
}
const generator = generate()
const weak = new WeakMap()
const shared = new SharedArrayBuffer(8)
const sloppyWith = new Function('o', 'with (o) { return a }')
const secretive = new Secretive()

let counter = 0
const increment = () => ++counter
const read = () => counter

const cases: readonly Case[] = [
  {
    title: 'an undefined name',
    value: () => undefinedAnywhere,
    code: 'closure_unresolved',
    message: /it uses "undefinedAnywhere", which is neither captured, imported nor global/,
  },
  {
    title: 'a global that the user added',
    value: () => addedByUser,
    code: 'closure_user_global',
    message: /it uses "addedByUser", a global variable added at run time/,
  },
  {
    title: 'an enclosing this',
    value: lexical.usesThis,
    code: 'closure_this',
    message: /uses the "this" of the code around it/,
  },
  {
    title: 'enclosing arguments',
    value: lexical.usesArguments,
    code: 'closure_arguments',
    message: /use rest parameters/,
  },
  {
    title: 'an enclosing new.target',
    value: lexical.usesNewTarget,
    code: 'closure_new_target',
    message: /new\.target/,
  },
  { title: 'a direct eval', value: () => eval('1'), code: 'closure_eval', message: /calls eval\(\)/ },
  { title: 'a with statement', value: sloppyWith, code: 'closure_with', message: /has a with statement/ },
  {
    title: 'import.meta',
    value: () => import.meta.url,
    code: 'closure_import_meta',
    message: /const url = import\.meta\.url/,
  },
  {
    title: 'a bound function',
    value: () => bound(1),
    code: 'closure_bound',
    message: /captured "bound" is a bound function \("bound max"\)/,
    path: ['bound'],
  },
  {
    title: 'an unreachable native function',
    value: () => native(1),
    code: 'closure_native',
    message: /captured "native" is the native function/,
    path: ['native'],
  },
  {
    title: 'a detached method with super',
    value: Child.prototype.hello,
    code: 'closure_super',
    message: /uses "super" outside of its class/,
  },
  {
    title: 'a detached method with a private name',
    value: Secretive.prototype.readKey,
    code: 'closure_private_name',
    message: /uses #key of the class around it/,
  },
  {
    title: 'an instance with private state',
    value: () => secretive,
    code: 'closure_private_state',
    message: /captured "secretive" is an instance of Secretive/,
    path: ['secretive'],
  },
  {
    title: 'a Promise in an object in a list',
    value: () => pool.list,
    code: 'closure_unserializable',
    message: /captured "pool" -> "socket" is a Server, which lives in this process only/,
    path: ['pool', 'socket'],
  },
  {
    title: 'a Promise',
    value: { list: [{ promise: Promise.resolve() }] },
    code: 'closure_unserializable',
    message: /Cannot ship value "object": captured "list" -> "\[0\]" -> "promise" is a Promise/,
    path: ['list', '[0]', 'promise'],
  },
  { title: 'a Proxy', value: () => proxy, code: 'closure_unserializable', message: /captured "proxy" is a Proxy/ },
  {
    title: 'a Proxy of a function',
    value: new Proxy(() => 1, {}),
    code: 'closure_unserializable',
    message: /is a Proxy/,
  },
  { title: 'a WeakMap', value: () => weak, code: 'closure_unserializable', message: /is a WeakMap/ },
  { title: 'a WeakRef', value: new WeakRef({}), code: 'closure_unserializable', message: /is a WeakRef/ },
  {
    title: 'a generator object',
    value: () => generator,
    code: 'closure_unserializable',
    message: /is a generator object/,
  },
  {
    title: 'a SharedArrayBuffer',
    value: () => shared,
    code: 'closure_unserializable',
    message: /is a SharedArrayBuffer/,
  },
  {
    title: 'a view of shared memory',
    value: new Uint8Array(shared),
    code: 'closure_unserializable',
    message: /is a view of shared or resizable memory/,
  },
  {
    title: 'an event emitter',
    value: () => emitter,
    code: 'closure_unserializable',
    message: /is an EventEmitter, which lives in this process only/,
  },
  {
    title: 'a number format',
    value: { format: new Intl.NumberFormat('de') },
    code: 'closure_unserializable',
    message: /"format" is a NumberFormat/,
  },
  {
    title: 'two functions that share an assigned variable',
    value: { increment, read },
    code: 'closure_shared_mutable',
    message: /shares the variable "counter": "increment" assigns it and "read" uses it; keep it in an object/,
  },
  { title: 'require inside a function', value: usesRequire, code: 'closure_require', message: /uses "require" inside/ },
  {
    title: 'module inside a function',
    value: usesModule,
    code: 'closure_module_object',
    message: /uses "module" of its CommonJS file/,
  },
  {
    title: 'exports inside a function',
    value: usesExports,
    code: 'closure_module_object',
    message: /uses "exports" of its CommonJS file/,
  },
]

for (const { title, value, code, message, path } of cases) {
  t.test(`captureClosure() refuses ${title}`, (t) => {
    const refusal = refusalOf(value)
    t.equal(refusal.code, code)
    t.match(refusal.message, /^Cannot ship (function|class|value) "[^"]*": .*[^.]$/)
    t.match(refusal.message, message)
    if (path !== undefined) t.strictSame(refusal.path, path)
    t.end()
  })
}

t.test('captureClosure() refuses a variable that has no value yet', (t) => {
  t.equal(tdz, 'closure_tdz')
  t.match(tdzMessage, /it uses "later", which is not initialised yet/)
  t.equal(refusalOf(early).code, 'accepted')
  t.equal(later, 1)
  t.end()
})

t.test('captureClosure() accepts two counters that provably count for themselves', (t) => {
  const create = (name: string) => {
    let count = 0
    return () => `${name} ${++count}`
  }
  const twins = [create('left'), create('right')]
  t.equal(refusalOf(() => twins.map((next) => next())).code, 'accepted')
  t.end()
})

t.test('captureClosure() refuses what is larger than the limit, and names it', (t) => {
  const big = new Float64Array(2 ** 17)
  const small = 'small'
  const { code, message, path } = refusalOf(() => [big, small], { maxBytes: 1_000_000, label: 'heavy' })
  t.equal(code, 'closure_too_large')
  t.equal(
    message,
    'Cannot ship function "heavy": captured "big" makes it larger than the limit of 1000000 bytes; load it in the worker, or raise maxBytes',
  )
  t.strictSame(path, ['big'])
  t.end()
})
