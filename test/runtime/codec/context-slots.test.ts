// The slots of contexts: who sets them, who sees them, and which is asked on encoding and on decoding.

import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { type Test, test } from 'tap'
import {
  clearSenderCtx,
  clearWorkerCtx,
  col,
  decodeExpr,
  encodeExpr,
  getSenderCtx,
  getWorkerCtx,
  runWithSenderCtx,
  SessionContext,
  setSenderCtx,
  setWorkerCtx,
  udf,
  utf8,
} from 'volley'

const options = { timeout: 120_000 }
const hello = udf((name: string) => `hello ${name}`, [utf8], utf8, { name: 'hello' })
const call = hello(col('name'))
const strict = new SessionContext().withUdfInlining({ enabled: false })

/** Whether a function travels by value under what is in force. */
const isInline = () => encodeExpr(call).length > encodeExpr(call, strict).length

function emptySlots(t: Test): void {
  t.teardown(() => {
    clearSenderCtx()
    clearWorkerCtx()
  })
}

test('setSenderCtx() overwrites, clearSenderCtx() empties, twice is no error', options, async (t) => {
  emptySlots(t)
  const [first, second] = [new SessionContext(), new SessionContext()]
  t.equal(getSenderCtx(), undefined)
  setSenderCtx(first)
  setSenderCtx(first)
  t.equal(getSenderCtx(), first)
  setSenderCtx(second)
  t.equal(getSenderCtx(), second)
  clearSenderCtx()
  clearSenderCtx()
  t.equal(getSenderCtx(), undefined)
})

test('setWorkerCtx() overwrites, clearWorkerCtx() empties, twice is no error', options, async (t) => {
  emptySlots(t)
  const [first, second] = [new SessionContext(), new SessionContext()]
  t.equal(getWorkerCtx(), undefined)
  setWorkerCtx(first)
  setWorkerCtx(second)
  t.equal(getWorkerCtx(), second)
  clearWorkerCtx()
  clearWorkerCtx()
  t.equal(getWorkerCtx(), undefined)
})

test('encoding asks the argument, then the sender context, and inlines when there is none', options, async (t) => {
  emptySlots(t)
  t.ok(isInline())
  setSenderCtx(strict)
  t.notOk(isInline())
  t.ok(encodeExpr(call, new SessionContext()).length > encodeExpr(call).length, 'the argument comes first')
})

test('encoding does not ask the worker context', options, async (t) => {
  emptySlots(t)
  setWorkerCtx(strict)
  t.ok(isInline())
})

test('decoding asks the argument, then the worker context, then the global one', options, async (t) => {
  emptySlots(t)
  const byName = encodeExpr(call, strict)
  t.throws(() => decodeExpr(byName), { code: 'wire_not_registered' })
  const worker = new SessionContext()
  worker.registerUdf(hello)
  setWorkerCtx(worker)
  t.equal(decodeExpr(byName).canonicalName(), call.canonicalName())
  t.throws(() => decodeExpr(byName, new SessionContext()), { code: 'wire_not_registered' }, 'the argument comes first')
  clearWorkerCtx()
  SessionContext.global().registerUdf(hello)
  t.equal(decodeExpr(byName).canonicalName(), call.canonicalName())
})

test('decoding does not ask the sender context', options, async (t) => {
  emptySlots(t)
  const byValue = encodeExpr(call)
  setSenderCtx(strict)
  t.doesNotThrow(() => decodeExpr(byValue))
  setWorkerCtx(strict)
  t.throws(() => decodeExpr(byValue), { code: 'wire_inline_refused' })
})

test('runWithSenderCtx() is seen by what it awaits, and by nobody else', options, async (t) => {
  emptySlots(t)
  const outer = new SessionContext()
  setSenderCtx(outer)
  const requests = [strict, new SessionContext(), strict].map((context, at) =>
    runWithSenderCtx(context, async () => {
      await delay(5 * at)
      return getSenderCtx() === context && isInline() === context.udfInlining
    }),
  )
  t.equal(getSenderCtx(), outer)
  t.strictSame(await Promise.all(requests), [true, true, true])
  t.equal(getSenderCtx(), outer)
})

test('setSenderCtx() within runWithSenderCtx() ends with it', options, async (t) => {
  emptySlots(t)
  const inner = new SessionContext()
  runWithSenderCtx(strict, () => {
    setSenderCtx(inner)
    t.equal(getSenderCtx(), inner)
    clearSenderCtx()
    t.equal(getSenderCtx(), undefined)
  })
  t.equal(getSenderCtx(), undefined)
})

test('a worker thread does not see the slots of the main thread', { timeout: 120_000 }, async (t) => {
  emptySlots(t)
  setSenderCtx(strict)
  setWorkerCtx(strict)
  const code = `import { parentPort } from 'node:worker_threads'
    import { getSenderCtx, getWorkerCtx } from ${JSON.stringify(import.meta.resolve('volley'))}
    parentPort.postMessage([getSenderCtx() === undefined, getWorkerCtx() === undefined])`
  const thread = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`))
  const seen = await new Promise((resolve, reject) => thread.once('message', resolve).once('error', reject))
  t.strictSame(seen, [true, true])
  await thread.terminate()
})

test('withUdfInlining() leaves the context as it is; off and on again gives the same bytes', options, async (t) => {
  const ctx = new SessionContext()
  const off = ctx.withUdfInlining({ enabled: false })
  t.strictSame([ctx.udfInlining, off.udfInlining], [true, false])
  t.strictSame(encodeExpr(call, off.withUdfInlining({ enabled: true })), encodeExpr(call, ctx))
  ctx.registerUdf(hello)
  t.strictSame([...off.udfNames()], ['hello'], 'registrations are shared')
})

test('what is no context is refused wherever one is taken, and does not pass for a strict one', options, async (t) => {
  emptySlots(t)
  const bytes = encodeExpr(call)
  for (const wrong of [{}, { ctx: new SessionContext() }, SessionContext, 'strict', null] as never[]) {
    for (const use of [
      () => setSenderCtx(wrong),
      () => setWorkerCtx(wrong),
      () => runWithSenderCtx(wrong, () => 0),
      () => encodeExpr(call, wrong),
      () => decodeExpr(bytes, wrong),
    ]) {
      t.throws(use, { code: 'invalid_argument', message: /as a context: give a SessionContext$/ })
    }
  }
  t.throws(() => runWithSenderCtx(strict, 5 as never), { code: 'invalid_argument' })
  t.equal(getSenderCtx(), undefined)
  t.equal(getWorkerCtx(), undefined)
})

test('withUdfInlining() refuses what does not say whether', options, async (t) => {
  for (const wrong of [undefined, false, {}, { enable: false }, { enabled: 'no' }, { enabled: undefined }]) {
    t.throws(() => new SessionContext().withUdfInlining(wrong as never), { code: 'invalid_argument' }, `${wrong}`)
  }
})

test('what is no bytes is refused with what to give', options, async (t) => {
  for (const wrong of ['text', null, undefined, 5, [1, 2], new ArrayBuffer(8), new Float64Array(4)] as never[]) {
    t.throws(() => decodeExpr(wrong), {
      code: 'invalid_argument',
      message: /as an expression: give its bytes as a Uint8Array$/,
    })
  }
  t.equal(decodeExpr(Buffer.from(encodeExpr(call))).canonicalName(), call.canonicalName(), 'a Buffer is one')
})
