// Closures that cannot change are captured once; everything that can change travels as it is at that moment, however often
// it has travelled before.

import { tableFromArrays } from 'apache-arrow'
import { test } from 'tap'
import { findAssignedNames } from '../../../../runtime/codec/closure/source/assigned-names.ts'
import { parseProgram } from '../../../../runtime/codec/closure/source/parse.ts'
import { decodeExpr } from '../../../../runtime/codec/expr-codec.ts'
import { col, encodeExpr, evaluateExpr, float64, SessionContext, udf, WorkerPool } from '../../../../runtime/index.ts'

type Row = (a: number) => number

const exprOf = (fn: Row) => udf(fn, [float64], float64, { name: 'f' })(col('a'))
const one = tableFromArrays({ a: Float64Array.of(1) })

/** What a receiver of the expression computes for a = 1. */
const resultOf = async (bytes: Uint8Array) => (await evaluateExpr(decodeExpr(bytes), one)).get(0)

let assigned = 2
let increased = 2
let [destructured] = [2]
let loop = 2
var hoisted = 2
const list = [2]
const object = { n: 2 }
const map = new Map([['n', 2]])
let helper = (a: number): number => a + 1
const viaHelper = (a: number): number => helper(a)
const withProperty: { (a: number): number; factor: number } = Object.assign((a: number) => a * withProperty.factor, {
  factor: 2,
})
class Counted {
  static n = 2
  readonly own = 1
}
function make(parameter: number) {
  const fn: Row = (a) => a * parameter
  return {
    fn,
    set: () => {
      parameter = 5
    },
  }
}
const made = make(2)

const changes: readonly (readonly [what: string, fn: Row, change: () => void])[] = [
  [
    'a variable that is assigned',
    (a) => a * assigned,
    () => {
      assigned = 5
    },
  ],
  [
    'a variable that is counted up',
    (a) => a * increased,
    () => {
      increased += 3
    },
  ],
  [
    'a variable that is destructured into',
    (a) => a * destructured,
    () => {
      ;[destructured] = [5]
    },
  ],
  [
    'a variable that a loop assigns',
    (a) => a * loop,
    () => {
      for (loop of [5]);
    },
  ],
  [
    'a var',
    (a) => a * hoisted,
    () => {
      hoisted = 5
    },
  ],
  [
    'an array',
    (a) => a * (list[0] ?? 0),
    () => {
      list[0] = 5
    },
  ],
  [
    'an object',
    (a) => a * object.n,
    () => {
      object.n = 5
    },
  ],
  [
    'a map',
    (a) => a * (map.get('n') ?? 0),
    () => {
      map.set('n', 5)
    },
  ],
  [
    'a helper that is replaced',
    (a) => helper(a),
    () => {
      helper = (a) => a * 5
    },
  ],
  [
    'a helper of a helper',
    (a) => viaHelper(a) + 1,
    () => {
      helper = (a) => a * 9
    },
  ],
  [
    'a property of a function',
    (a) => withProperty(a),
    () => {
      withProperty.factor = 5
    },
  ],
  [
    'a static member',
    (a) => a * Counted.n,
    () => {
      Counted.n = 5
    },
  ],
  ['a parameter that is assigned', made.fn, made.set],
]

for (const [what, fn, change] of changes) {
  test(`${what} travels as it is at that moment`, async (t) => {
    const expr = exprOf(fn)
    const before = [await resultOf(encodeExpr(expr)), await resultOf(encodeExpr(expr))]
    t.equal(before[0], fn(1), 'as it was')
    t.equal(before[1], fn(1), 'the second time too')
    change()
    t.not(fn(1), before[0], 'the case changes something')
    t.equal(await resultOf(encodeExpr(expr)), fn(1), 'as it is now')
  })
}

const rate = 3
const triple = (a: number): number => a * rate

test('a function over constants gives the same bytes, each time in memory of its own', async (t) => {
  const expr = exprOf((a) => triple(a) + Math.abs(rate))
  const first = encodeExpr(expr)
  const kept = Uint8Array.from(first)
  first.fill(0)
  t.strictSame(encodeExpr(expr), kept)
  t.equal(await resultOf(encodeExpr(expr)), 6)
})

test('what is done to a function itself is seen', async (t) => {
  const fn: Row & { note?: string } = (a) => a * rate
  const plain = encodeExpr(exprOf(fn))
  t.strictSame(encodeExpr(exprOf(fn)), plain)
  fn.note = 'mine'
  const noted = encodeExpr(exprOf(fn))
  t.notSame(noted, plain)
  delete fn.note
  t.strictSame(encodeExpr(exprOf(fn)), plain)
})

test('a global that is replaced later is refused, also where the function has travelled before', async (t) => {
  const expr = exprOf((a) => a + btoa('a').length)
  encodeExpr(expr)
  const own = Object.getOwnPropertyDescriptor(globalThis, 'btoa') as PropertyDescriptor
  try {
    Object.defineProperty(globalThis, 'btoa', { ...own, value: () => '' })
    t.throws(() => encodeExpr(expr), { code: 'closure_user_global' })
  } finally {
    Object.defineProperty(globalThis, 'btoa', own)
  }
  t.equal(await resultOf(encodeExpr(expr)), 5)
})

test('a strict context gets names, whatever an open one got before', async (t) => {
  const expr = exprOf(triple)
  const strict = new SessionContext().withUdfInlining({ enabled: false })
  const open = encodeExpr(expr)
  t.ok(encodeExpr(expr, strict).length < open.length)
  t.strictSame(encodeExpr(expr), open)
  t.throws(() => decodeExpr(open, strict), { code: 'wire_inline_refused' })
})

test('findAssignedNames() finds what may change, and gives up where it cannot know', async (t) => {
  const names = (text: string) => findAssignedNames(parseProgram(text, true), true)
  const found = names(`
    const a = 1; let b = 2; b = 3; let c; c ??= 1; d++; [e, { f: g, ...h }] = []; for (i of []); for (const j of []);
    var k = 1; function l() { m = 1 } ({ n: o = 1 } = {}); (p) = 1; q.r = 1; export let s = 1`)
  t.strictSame([...(found as ReadonlySet<string>)].sort(), ['b', 'c', 'd', 'e', 'g', 'h', 'i', 'k', 'm', 'o', 'p'])
  t.equal(names('let a = 1; eval(text)'), 'all')
  t.equal(findAssignedNames(parseProgram('let a = 1', false), false), 'all')
})

test('expressions as arguments: once as part of a call, then as artifacts', async (t) => {
  await using pool = WorkerPool.fork({ workers: 1 })
  const expr = exprOf((a) => triple(a) + 1)
  const evaluate = async (rule: typeof expr, table: typeof one) => (await rule.evaluate(table)).get(0)
  for (let turn = 0; turn < 4; turn += 1) t.equal(await pool.run(evaluate, expr, one), 4)
  const { sentArtifacts } = pool.stats()
  for (let turn = 0; turn < 4; turn += 1) t.equal(await pool.run(evaluate, expr, one), 4)
  t.equal(pool.stats().sentArtifacts, sentArtifacts, 'the worker has it')

  const changing = exprOf((a) => a * object.n)
  object.n = 7
  for (let turn = 0; turn < 3; turn += 1) {
    object.n += 1
    t.equal(await pool.run(evaluate, changing, one), object.n)
  }
  await t.rejects(
    pool.run(
      async (rule: typeof expr, table: typeof one) => {
        const { setWorkerCtx, SessionContext: Context } = await import('volley')
        setWorkerCtx(new Context().withUdfInlining({ enabled: false }))
        return rule.evaluate(table)
      },
      expr,
      one,
    ),
    { message: /this context is strict/ },
  )
})
