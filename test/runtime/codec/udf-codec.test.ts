// Functions by value and by name: what travels, what is refused and when, and that one function stays one.

import t from 'tap'
import {
  col,
  type Expr,
  field,
  float64,
  int64,
  list,
  nativeUdf,
  type ScalarUDF,
  SessionContext,
  struct,
  timestamp,
  udf,
  utf8,
} from 'volley'
import type { CodecContext } from '../../../functions/contract/codec-context.ts'
import type { ScalarUdf, Udf } from '../../../functions/contract/udf.ts'
import type { ExprNode } from '../../../functions/expr/node.ts'
import {
  clearSenderCtx,
  clearWorkerCtx,
  runWithSenderCtx,
  setSenderCtx,
  setWorkerCtx,
} from '../../../runtime/codec/context-slots.ts'
import { decodeExpr, encodeExpr } from '../../../runtime/codec/expr-codec.ts'
import { decodeUdf, encodeUdf, peekUdf } from '../../../runtime/codec/udf-codec.ts'
import { seal } from '../../fuzz/seal.ts'

const rate = 1.19
const gross = udf((net: number) => net * rate, [float64], float64, { name: 'gross' })

/** A context with these functions; counts how often it is asked for one. */
function contextOf(udfInlining: boolean, ...functions: readonly ScalarUDF[]) {
  const asked: string[] = []
  const context: CodecContext = {
    udfInlining,
    findUdf: (family, name) => {
      asked.push(name)
      return functions.find(({ definition }) => definition.family === family && definition.name === name)?.definition
    },
    udfNames: () => functions.map(({ name }) => name),
  }
  return { context, asked }
}
const open = contextOf(true).context
const strict = contextOf(false).context

const udfsOf = (expr: Expr): readonly Udf[] => {
  const found: Udf[] = []
  const visit = (node: ExprNode): void => {
    if (node.kind === 'udf') found.push(node.udf)
    if ('args' in node) node.args.forEach(visit)
    if (node.kind === 'binary') [node.left, node.right].forEach(visit)
  }
  visit(expr.node)
  return found
}

t.test('a function by value arrives with its contract and a body that nobody has opened', (t) => {
  const full = udf(
    (a: number | null, b: Date | null) => [{ x: String(a) }, { x: String(b) }],
    [int64, timestamp('us', 'UTC')],
    field('out', list(struct([field('x', utf8, false)])), false, { k: 'v' }),
    {
      name: 'full',
      volatility: 'stable',
      nulls: 'call',
      int64As: 'number',
    },
  ).definition
  const decoded = decodeUdf(encodeUdf(full, open), 'scalar', open)
  const { body, ...contract } = decoded
  const { body: _, ...original } = full
  t.same(contract, original)
  t.match(body, { kind: 'shipped', hash: /^[0-9a-f]{64}$/ })
  t.ok(body.kind === 'shipped' && body.bytes.length > 50)
  t.ok(Object.isFrozen(decoded))
  t.end()
})

t.test('the same function gives the same bytes, a changed closure others', (t) => {
  t.same(encodeUdf(gross.definition, open), encodeUdf(gross.definition, open))
  const with_ = (factor: number) => udf((x: number) => x * factor, [float64], float64, { name: 'scaled' }).definition
  t.same(encodeUdf(with_(2), open), encodeUdf(with_(2), open))
  t.notSame(encodeUdf(with_(2), open), encodeUdf(with_(3), open))
  t.end()
})

t.test('a decoded function travels on unopened, in the same bytes', (t) => {
  const bytes = encodeUdf(gross.definition, open)
  t.same(encodeUdf(decodeUdf(bytes, 'scalar', open), open), bytes)
  t.end()
})

t.test('the same function twice in an expression travels once and stays one', (t) => {
  const once = encodeExpr(gross(col('a')))
  const twice = encodeExpr(gross(col('a')).add(gross(gross(col('b')))))
  t.ok(twice.length < once.length + 100, `${once.length} bytes once, ${twice.length} bytes three times`)
  const functions = udfsOf(decodeExpr(twice))
  t.equal(functions.length, 3)
  t.equal(new Set(functions).size, 1)
  const other = udf((net: number) => net * rate, [float64], float64, { name: 'gross' })
  t.equal(
    new Set(udfsOf(decodeExpr(encodeExpr(gross(col('a')).add(other(col('a'))))))).size,
    2,
    'two functions of one name stay two',
  )
  t.end()
})

t.test("by name a function is a small part of what it is by value, and is the receiver's own", (t) => {
  const byValue = encodeExpr(gross(col('a')), open)
  const byName = encodeExpr(gross(col('a')), strict)
  t.ok(byName.length < byValue.length / 4, `${byName.length} and ${byValue.length} bytes`)
  const theirs = udf((net: number) => net, [float64], float64, { name: 'gross' })
  const receiver = contextOf(true, theirs)
  t.equal(udfsOf(decodeExpr(byName, receiver.context))[0], theirs.definition)
  t.same(receiver.asked, ['gross'])
  t.equal(decodeExpr(byName, receiver.context).canonicalName(), 'gross(a)')
  t.end()
})

t.test('a strict receiver refuses code before it reads any, and before it asks its registry', (t) => {
  const receiver = contextOf(false, gross)
  const bytes = encodeExpr(gross(col('a')), open)
  const refusal = {
    name: 'WireError',
    code: 'wire_inline_refused',
    message:
      /^Cannot accept scalar function "gross" by value: .*withUdfInlining\(\{ enabled: false \}\).*or allow inline functions on the receiver$/,
    details: { function: 'gross', family: 'scalar' },
  }
  t.throws(() => decodeExpr(bytes, receiver.context), refusal)
  const damaged = Uint8Array.from(bytes)
  damaged[18 + 8 + 4 + 1] = 0xff
  t.throws(() => decodeExpr(damaged, receiver.context), { code: 'wire_checksum' }, 'damage comes first')
  t.throws(() => decodeExpr(seal(damaged), receiver.context), refusal, 'though the text is not valid')
  t.same(receiver.asked, [])
  t.equal(
    udfsOf(decodeExpr(encodeExpr(gross(col('a')), strict), receiver.context))[0],
    gross.definition,
    'by name it is taken',
  )
  t.end()
})

t.test('a name that the receiver does not know is refused with the nearest', (t) => {
  const bytes = encodeExpr(udf((x: number) => x, [float64], float64, { name: 'gros' })(col('a')), strict)
  const receiver = contextOf(true, gross)
  t.throws(() => decodeExpr(bytes, receiver.context), {
    code: 'wire_not_registered',
    message: 'Scalar function "gros" is not registered here. Did you mean "gross"?',
    details: { function: 'gros' },
  })
  t.throws(() => decodeExpr(bytes, open), {
    message: 'Scalar function "gros" is not registered here. Register it in the worker context',
  })
  t.end()
})

t.test('nativeUdf() travels by name in every mode', (t) => {
  const native = nativeUdf('root', Math.sqrt.bind(null), [float64], float64)
  for (const sender of [open, strict]) {
    const bytes = encodeUdf(native.definition, sender)
    t.same(peekUdf(bytes, 'scalar'), { name: 'root', inline: false })
    t.equal(decodeUdf(bytes, 'scalar', contextOf(false, native).context), native.definition)
  }
  t.end()
})

t.test('inlining off and on again gives the bytes of a fresh context', (t) => {
  const ctx = new SessionContext({ backend: 'in-process' })
  const back = ctx.withUdfInlining({ enabled: false }).withUdfInlining({ enabled: true })
  const expression = gross(col('a'))
  t.same(encodeExpr(expression, back), encodeExpr(expression, new SessionContext({ backend: 'in-process' })))
  t.same(encodeExpr(expression, ctx), encodeExpr(expression, back))
  t.notSame(encodeExpr(expression, ctx.withUdfInlining({ enabled: false })), encodeExpr(expression, back))
  t.end()
})

t.test('the sender slot decides on encoding, the worker slot on decoding, an argument before both', (t) => {
  t.teardown(() => {
    clearSenderCtx()
    clearWorkerCtx()
  })
  const isInline = (bytes: Uint8Array): boolean => (bytes[9] ?? 0) === 1
  setWorkerCtx(contextOf(false, gross).context)
  t.ok(isInline(encodeExpr(gross(col('a')))), 'the worker slot has no say on encoding')
  setSenderCtx(strict)
  const byName = encodeExpr(gross(col('a')))
  t.notOk(isInline(byName))
  t.ok(isInline(encodeExpr(gross(col('a')), open)))
  t.ok(isInline(runWithSenderCtx(open, () => encodeExpr(gross(col('a'))))))
  t.equal(udfsOf(decodeExpr(byName))[0], gross.definition, 'found in the worker slot')
  clearWorkerCtx()
  t.throws(() => decodeExpr(byName), { code: 'wire_not_registered' }, 'the sender slot has no say on decoding')
  t.end()
})

t.test('a frame that is cut, of another family, or changed under a checksum that fits gives a coded error', (t) => {
  const bytes = encodeUdf(gross.definition, open)
  const codeOf = (work: () => unknown): unknown => {
    try {
      work()
      return 'none'
    } catch (error) {
      return (error as { code?: unknown }).code
    }
  }
  for (let length = 0; length < bytes.length; length++) {
    if (!String(codeOf(() => decodeUdf(bytes.subarray(0, length), 'scalar', open))).startsWith('wire_'))
      t.fail(`${length} bytes`)
  }
  t.equal(
    codeOf(() => decodeUdf(bytes, 'aggregate', open)),
    'wire_wrong_family',
  )
  t.equal(
    codeOf(() => decodeUdf(bytes, 'window', open)),
    'wire_wrong_family',
  )
  for (let at = 0; at < Math.min(bytes.length, 400); at++) {
    const flipped = Uint8Array.from(bytes)
    flipped[at] = (flipped[at] ?? 0) ^ 0x55
    const code = codeOf(() => decodeUdf(seal(flipped), 'scalar', open))
    if (code !== 'none' && !String(code).startsWith('wire_')) t.fail(`byte ${at}: ${code}`)
  }
  t.end()
})

t.test('names of any letters travel, names of any size do not', (t) => {
  for (const name of ['é', '\ufeffx', 'a "b"', '日本', '__proto__', 'x'.repeat(1000)]) {
    const named = udf((x: number) => x, [float64], float64, { name })
    t.equal(decodeUdf(encodeUdf(named.definition, open), 'scalar', open).name, name)
    t.equal(
      decodeUdf(encodeUdf(named.definition, strict), 'scalar', contextOf(false, named).context),
      named.definition as ScalarUdf,
    )
  }
  const endless = udf((x: number) => x, [float64], float64, { name: 'x'.repeat(70_000) })
  t.throws(() => encodeUdf(endless.definition, open), { name: 'ShippingError' })
  t.end()
})
