// Whatever a user's function throws, wherever it is called: the error is the function's, with what was thrown as data,
// bounded, and with no code but ours for functions that throw.

import { tableFromArrays } from 'apache-arrow'
import t, { type Test } from 'tap'
import {
  binary,
  bool,
  col,
  type DataFrame,
  type DataType,
  decimal128,
  field,
  float64,
  int32,
  interval,
  list,
  map,
  ResourceError,
  SessionContext,
  struct,
  time64,
  timestamp,
  udaf,
  udf,
  udwf,
  utf8,
  VolleyError,
  WorkerPool,
} from '../../runtime/index.ts'

t.setTimeout(240_000)

class Busy extends Error {
  readonly code = 'queue_full'
  readonly details = { retryAfter: 1 }
}
class Sly extends VolleyError {
  override readonly name = 'Sly'
}
const no = (): never => {
  throw new Error('no')
}
const strange = (): object =>
  Object.defineProperties(
    { toString: no, toJSON: no },
    { constructor: { get: no }, message: { get: no }, n: { get: no }, [Symbol.toPrimitive]: { get: no } },
  )

/** What is thrown, and what `details.cause` says of it. */
const thrown: Readonly<Record<string, readonly [make: () => unknown, cause: object]>> = {
  'an error': [() => new RangeError('out of paper'), { name: 'RangeError', message: 'out of paper' }],
  'a text': [() => 'just text', { name: 'string', message: 'just text' }],
  null: [() => null, { name: 'null', message: 'null' }],
  undefined: [() => undefined, { name: 'undefined', message: 'undefined' }],
  'a bigint': [() => 12n, { name: 'bigint', message: '12' }],
  'a symbol': [() => Symbol('sign'), { name: 'symbol', message: 'Symbol(sign)' }],
  'a function': [() => () => 1, { name: 'Function', message: 'a function' }],
  'an object': [() => ({ message: 'like an error', code: 7 }), { name: 'Object', message: 'like an error', code: '7' }],
  'an object without a prototype': [() => Object.create(null), { name: 'object' }],
  'an error of its own with a code of ours': [
    () => new Busy('come back later'),
    { name: 'Error', message: 'come back later', code: 'queue_full' },
  ],
  'an error of our own class': [
    () => new ResourceError('queue_full', 'come back later'),
    { name: 'ResourceError', message: 'come back later', code: 'queue_full' },
  ],
  'an error of a class derived from ours': [
    () => new Sly('internal', 'It is your fault'),
    { name: 'Sly', message: 'It is your fault', code: 'internal' },
  ],
  'an error with a cause': [
    () => new TypeError('fetch failed', { cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) }),
    { name: 'TypeError', message: 'fetch failed', cause: { name: 'Error', message: 'refused', code: 'ECONNREFUSED' } },
  ],
  'an AggregateError': [
    () => new AggregateError([new Error('one'), 'two'], 'both'),
    { name: 'AggregateError', errors: [{ message: 'one' }, { name: 'string', message: 'two' }] },
  ],
  'its own cause': [
    () => {
      const error = new Error('round')
      error.cause = error
      return error
    },
    { message: 'round', cause: { message: 'round' } },
  ],
  'a proxy of an error': [() => new Proxy(new Error('behind'), {}), { name: 'Error', message: 'behind' }],
  'a revoked proxy': [
    () => {
      const { proxy, revoke } = Proxy.revocable({}, {})
      revoke()
      return proxy
    },
    { message: /^an object that has no text$/ },
  ],
  'an error whose getters throw': [
    () => Object.defineProperties(new Error(''), { message: { get: no }, stack: { get: no }, cause: { get: no } }),
    { name: 'Error' },
  ],
  'an object that hides everything': [strange, { name: 'object', message: 'an object that has no text' }],
  '5 MB of message': [() => new Error('x'.repeat(5_000_000)), { message: /^x{4000}…$/ }],
  '5 MB of details': [
    () => Object.assign(new Error('heavy'), { code: 'udf_failed', details: { text: 'x'.repeat(5_000_000), big: 1n } }),
    { message: 'heavy', code: 'udf_failed' },
  ],
}

/** What is thrown to every caller; the rest is thrown by scalar functions and by calls. */
const some = new Set([
  'null',
  'an error of its own with a code of ours',
  'an error of our own class',
  'a revoked proxy',
])

/** The places that call user code; each function is named `mine`. */
const callers: Readonly<Record<string, (from: () => unknown, rows: DataFrame) => Promise<unknown>>> = {
  scalar: (from, rows) =>
    rows
      .select(
        udf(
          () => {
            throw from()
          },
          [float64],
          float64,
          { name: 'mine' },
        )(col('x')),
      )
      .toRows(),
  vector: (from, rows) =>
    rows
      .select(
        udf(
          () => {
            throw from()
          },
          [float64],
          float64,
          { name: 'mine', mode: 'vector' },
        )(col('x')),
      )
      .toRows(),
  'an accumulator': (from, rows) => rows.aggregate([], [accumulator({ update: throwing(from) })(col('x'))]).toRows(),
  'the result of an accumulator': (from, rows) =>
    rows.aggregate([], [accumulator({ evaluate: throwing(from) })(col('x'))]).toRows(),
  'the making of an accumulator': (from, rows) =>
    rows.aggregate([], [udaf(throwing(from), [float64], float64, [float64], { name: 'mine' })(col('x'))]).toRows(),
  'a window evaluator': (from, rows) =>
    rows
      .select(
        udwf(() => ({ evaluateAll: throwing(from) }), [float64], float64, { name: 'mine' })(col('x')).over({
          orderBy: [col('x')],
        }),
      )
      .toRows(),
}

const throwing = (from: () => unknown) => (): never => {
  throw from()
}

const accumulator = (methods: object) =>
  udaf(
    () => ({ update() {}, merge() {}, state: () => [0], evaluate: () => 0, ...methods }),
    [float64],
    float64,
    [float64],
    { name: 'mine' },
  )

/** Two slices, so that partial states are made. */
const rowsOf = (ctx: SessionContext): DataFrame =>
  ctx.fromArrow([1, 2].flatMap((x) => tableFromArrays({ x: Float64Array.from([x, x]) }).batches))

const failure = async (work: Promise<unknown>): Promise<VolleyError> => {
  try {
    await work
  } catch (error) {
    return error as VolleyError
  }
  throw new Error('nothing was thrown')
}

function check(t: Test, error: VolleyError, cause: object, title: string): void {
  t.equal(error.name, 'UdfError', title)
  t.match(error, { code: 'udf_failed', details: { udf: 'mine', cause } }, title)
  t.match(error.message, /^Function "mine" threw/, title)
  t.ok(JSON.stringify(error.details).length < 50_000, `${title} is bounded`)
}

for (const backend of ['in-process', 'forked'] as const) {
  t.test(`what a function throws is its own failure, ${backend}`, async (t) => {
    await using ctx = new SessionContext(backend === 'forked' ? { workers: 2, log: 'ignore' } : { backend })
    for (const [caller, run] of Object.entries(callers)) {
      for (const [what, [make, cause]] of Object.entries(thrown)) {
        if (caller !== 'scalar' && !some.has(what)) continue
        check(t, await failure(run(make, rowsOf(ctx))), cause, `${what}, thrown by ${caller}`)
      }
    }
  })
}

t.test('what a called function throws is its own failure, and rejects as well', async (t) => {
  await using pool = WorkerPool.fork({ workers: 2 })
  for (const [what, [make, cause]] of Object.entries(thrown)) {
    const mine = (): never => {
      throw make()
    }
    check(t, await failure(pool.map(mine, [1])), cause, `${what}, thrown by a call`)
  }
  const mine = async () => {
    await Promise.reject(new Busy('come back later'))
  }
  check(t, await failure(pool.run(mine)), { code: 'queue_full' }, 'a rejection')
})

/** Results that cannot be read, because reading them runs the user's code. */
const unreadable: Readonly<Record<string, () => unknown>> = {
  'a getter that throws a code of ours': () => ({
    get n(): never {
      throw new Busy('come back later')
    },
  }),
  'a revoked proxy': () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    return proxy
  },
  'a proxy that throws': () => new Proxy({}, { get: no, has: no, getPrototypeOf: no, ownKeys: no }),
  'an object of a class that throws': strange,
}

t.test('a result that cannot be read is the failure of the function that gave it', async (t) => {
  const returns = struct([field('n', float64)])
  const types = [
    returns,
    list(float64),
    map(utf8, float64),
    float64,
    int32,
    bool,
    utf8,
    timestamp('ms'),
    interval(),
    time64(),
    decimal128(10, 2),
    binary,
  ]
  const gives = (make: () => unknown, type: DataType) => udf(make, [float64], type, { name: 'mine' })(col('x'))
  await using ctx = new SessionContext({ backend: 'in-process' })
  for (const [what, make] of Object.entries(unreadable)) {
    for (const type of types) {
      const error = await failure(rowsOf(ctx).select(gives(make, type)).toRows())
      t.match(error, { code: /^udf_(failed|wrong_result)$/, details: { udf: 'mine' } }, `${what} as ${type.kind}`)
    }
    const state = await failure(
      rowsOf(ctx)
        .aggregate([], [accumulator({ state: make })(col('x'))])
        .toRows({ partitions: 2 }),
    )
    t.match(state, { code: /^udf_(failed|wrong_result)$/, details: { udf: 'mine' } }, `${what} as a state`)
  }
})

t.test("a getter that throws in the result of a call is the function's failure", async (t) => {
  await using pool = WorkerPool.fork({ workers: 1 })
  await t.rejects(
    pool.run(function lazy() {
      return {
        get rows(): number {
          throw new Error('not yet')
        },
      }
    }),
    { code: 'udf_failed', message: /"lazy" threw.*not yet/ },
  )
})

t.test('a promise where a value belongs fails its own job alone', async (t) => {
  await using ctx = new SessionContext({ workers: 1 })
  const frame = ctx.fromColumns({ n: [1] })
  const late = udf(() => Promise.reject(new Error('late')) as never, [], utf8, { name: 'late' })
  await t.rejects(frame.select(late()).collect(), { code: 'udf_wrong_result' })
  t.same(await frame.toRows(), [{ n: 1n }])
})

class OutOfStock extends RangeError {
  readonly sku: string
  readonly left = 0n
  readonly at = new Date(5)
  readonly ratio = Number.NaN
  readonly near = { store: 'Rome', shelves: [1, 2], parent: null }
  readonly #secret: string = 'kept'
  constructor(sku: string, options?: ErrorOptions) {
    super(`no ${sku} left`, options)
    this.sku = sku
    if (this.#secret === '') this.message = ''
  }
}
class Named extends Error {
  override readonly name = 'NamedByItself'
}

/** What is thrown, and what comes back as the cause. */
const comesBack: Readonly<Record<string, readonly [make: () => unknown, check: (t: Test, cause: never) => void]>> = {
  'a built-in error': [
    () => new TypeError('no', { cause: new SyntaxError('deep') }),
    (t, cause: TypeError) => {
      t.ok(cause instanceof TypeError)
      t.ok(cause.cause instanceof SyntaxError)
      t.strictSame([cause.name, cause.message, (cause.cause as Error).message], ['TypeError', 'no', 'deep'])
    },
  ],
  "an error of the user's class": [
    () => new OutOfStock('tea'),
    (t, cause: OutOfStock) => {
      t.ok(cause instanceof RangeError)
      t.notOk(cause instanceof OutOfStock)
      t.equal(cause.name, 'OutOfStock')
      const { sku, left, at, ratio, near } = cause
      t.strictSame({ sku, left, at, ratio, near }, { ...new OutOfStock('tea') })
    },
  ],
  'an error that names itself': [() => new Named('x'), (t, cause: Error) => t.equal(cause.name, 'NamedByItself')],
  'codes of texts and numbers': [
    () =>
      Object.assign(new Error('x', { cause: Object.assign(new Error('y'), { code: 'ENOENT', errno: -2 }) }), {
        code: 7,
      }),
    (t, cause: Error) => t.match(cause, { code: 7, cause: { code: 'ENOENT', errno: -2 } }),
  ],
  'an AggregateError': [
    () => new AggregateError([new OutOfStock('tea'), 'text'], 'both'),
    (t, cause: AggregateError) => {
      t.ok(cause instanceof AggregateError)
      t.match(cause.errors, [{ name: 'OutOfStock', sku: 'tea' }, 'text'])
      t.match(cause.errors[0].stack, /thrown-by-functions\.test\.ts:\d+/)
    },
  ],
  'a DOMException': [
    () => new DOMException('stop', 'AbortError'),
    (t, cause: DOMException) => {
      t.ok(cause instanceof DOMException)
      t.strictSame([cause.name, cause.message, cause.code], ['AbortError', 'stop', 20])
    },
  ],
  'an error of our own class': [
    () => new ResourceError('queue_full', 'later', { details: { limit: 3 } }),
    (t, cause: Error) => {
      t.notOk(cause instanceof VolleyError)
      t.match(cause, { name: 'ResourceError', code: 'queue_full', details: { limit: 3 } })
    },
  ],
  'a field that is named like a prototype': [
    () => Object.defineProperty(new Error('x'), '__proto__', { value: { polluted: true }, enumerable: true }),
    (t, cause: Error) => {
      t.ok(cause instanceof Error)
      t.notOk('polluted' in cause)
    },
  ],
  'a text': [() => 'just text', (t, cause: unknown) => t.equal(cause, 'just text')],
  'a bigint': [() => 12n, (t, cause: unknown) => t.equal(cause, 12n)],
  null: [() => null, (t, cause: unknown) => t.equal(cause, null)],
}

t.test('what was thrown comes back as the cause, with its class, code, cause and fields', async (t) => {
  await using pool = WorkerPool.fork({ workers: 1 })
  for (const [what, [make, checkCause]] of Object.entries(comesBack)) {
    await t.test(what, async (t) => {
      const error = await failure(
        pool.run(function mine() {
          throw make()
        }),
      )
      checkCause(t, error.cause as never)
      t.ok(JSON.stringify(error.details).length < 50_000)
    })
  }
})

t.test("stacks name the user's file and line: of the error and of what was thrown", async (t) => {
  await using pool = WorkerPool.fork({ workers: 1 })
  const error = await failure(
    pool.run(function mine() {
      throw new OutOfStock('tea', { cause: new Error('deeper') })
    }),
  )
  const cause = error.cause as Error
  const file = /\n +at mine \(.*thrown-by-functions\.test\.ts:\d+:\d+\)/
  t.match(error.stack, /^UdfError: Function "mine" threw at /)
  for (const stack of [error.stack, cause.stack, (cause.cause as Error).stack]) t.match(stack, file)
})
