// datafusion-python's test_pickle_expr.py: expressions to bytes and back within one process. What pickle does there,
// devalue does here with our reducers: an expression anywhere in a payload travels without a call of its own.

import { Worker } from 'node:worker_threads'
import * as devalue from 'devalue'
import type { Test } from 'tap'
import {
  clearSenderCtx,
  clearWorkerCtx,
  col,
  Expr,
  exprReducers,
  exprRevivers,
  float64,
  getSenderCtx,
  getWorkerCtx,
  int64,
  lit,
  runWithSenderCtx,
  SessionContext,
  setSenderCtx,
  setWorkerCtx,
  udf,
  windowFrame,
} from 'volley'
import { seal } from '../fuzz/seal.ts'
import { modelFile } from './model.ts'
import { countAll, countUp, double, timesSeven } from './model-functions.ts'

const model = modelFile('python/tests/test_pickle_expr.py')

/** What `pickle.dumps` and `pickle.loads` are in the model. */
const dumps = (value: unknown): string => devalue.stringify(value, exprReducers)
const loads = (text: string): Expr => devalue.parse(text, exprRevivers)

/** The expression's own bytes in what `dumps` gave. */
const bytesIn = (text: string): Uint8Array => Buffer.from(/[\w+/]{20,}=*/.exec(text)?.[0] ?? '', 'base64')

/** Whether the code of a function travels in it: the header says so, and the code is there to be read. */
const carriesBody = (bytes: Uint8Array): boolean => bytes[9] === 1 && Buffer.from(bytes).includes('* 2n')

const inProcess = () => new SessionContext({ backend: 'in-process' })
const strictCtx = () => new SessionContext().withUdfInlining({ enabled: false })

/** Empties the slots after a test, which begins with them empty. */
function withSlots(t: Test): void {
  t.teardown(() => {
    clearSenderCtx()
    clearWorkerCtx()
  })
}

/** What `dumps` gives while this is the sender context of the process. */
function dumpsUnder(context: SessionContext, value: unknown): string {
  setSenderCtx(context)
  try {
    return dumps(value)
  } finally {
    clearSenderCtx()
  }
}

model.test('TestProtoRoundTrip::test_builtin_round_trip', (t) => {
  const expr = col('a').add(lit(1))
  t.equal(loads(dumps(expr)).canonicalName(), expr.canonicalName())
})

model.test('TestProtoRoundTrip::test_to_bytes_from_bytes', (t) => {
  const expr = col('x').mul(lit(7))
  const bytes = expr.toBytes()
  t.ok(bytes instanceof Uint8Array)
  t.equal(Expr.fromBytes(bytes).canonicalName(), expr.canonicalName())
})

model.test('TestProtoRoundTrip::test_explicit_ctx_used', (t) => {
  const receiver = new SessionContext()
  const expr = col('a').add(lit(1))
  t.equal(Expr.fromBytes(expr.toBytes(), receiver).canonicalName(), expr.canonicalName())
  // One that makes a difference: only this context knows the name.
  const byName = double(col('a')).toBytes(strictCtx())
  receiver.registerUdf(double)
  t.equal(Expr.fromBytes(byName, receiver).canonicalName(), 'double(a)')
  t.throws(() => Expr.fromBytes(byName, new SessionContext()), { code: 'wire_not_registered' })
})

const families = {
  UDF: { prefix: 'udf', call: double(col('a')), name: 'double' },
  AggregateUDF: { prefix: 'agg_udf', call: countAll(col('a')), name: 'count_all' },
  WindowUDF: { prefix: 'window_udf', call: countUp(col('a')), name: 'count_up' },
}
for (const [family, { prefix, call, name }] of Object.entries(families)) {
  model.test(`Test${family}Codec::test_${prefix}_self_contained_blob`, (t) => {
    t.ok(bytesIn(dumps(call)).length > 200, 'the code is in it')
  })

  model.test(`Test${family}Codec::test_${prefix}_decodes_into_fresh_ctx`, (t) => {
    const decoded = Expr.fromBytes(call.toBytes(), new SessionContext())
    t.match(decoded.canonicalName(), name)
  })

  model.test(`Test${family}Codec::test_${prefix}_decodes_via_pickle_with_no_worker_ctx`, (t) => {
    t.equal(getWorkerCtx(), undefined)
    t.match(loads(dumps(call)).canonicalName(), name)
  })
}

model.test('TestUDFCodec::test_udf_decodes_via_pickle_with_worker_ctx', (t) => {
  withSlots(t)
  setWorkerCtx(new SessionContext())
  t.match(loads(dumps(double(col('a')))).canonicalName(), 'double')
})

model.test('TestUDFCodec::test_closure_capturing_udf_names_match', async (t) => {
  const expr = timesSeven(col('a'))
  const decoded = loads(dumps(expr))
  t.equal(decoded.canonicalName(), expr.canonicalName())
  t.strictSame(
    await inProcess()
      .fromColumns({ a: [1, 2] })
      .select(decoded.alias('r'))
      .collectColumns(),
    { r: [7n, 14n] },
  )
})

model.test('TestUDFCodec::test_multi_arg_udf_round_trip', async (t) => {
  const addScaled = udf((a: bigint | null, b: number | null) => Number(a ?? 0n) + (b ?? 0), [int64, float64], float64, {
    name: 'add_scaled',
    nulls: 'call',
    volatility: 'immutable',
  })
  const expr = addScaled(col('a'), col('b'))
  const decoded = loads(dumps(expr))
  t.equal(decoded.canonicalName(), expr.canonicalName())
  t.match(decoded.canonicalName(), 'add_scaled')
  const frame = inProcess().fromColumns({ a: [1, null], b: [0.5, 0.25] }, { a: int64, b: float64 })
  t.strictSame(await frame.select(decoded.alias('r')).collectColumns(), { r: [1.5, 0.25] })
})

model.test('TestAggregateUDFCodec::test_agg_udf_evaluates_after_roundtrip', async (t) => {
  const decoded = loads(dumps(countAll(col('a'))))
  const frame = inProcess().fromColumns({ a: [1, 2, 3, 4, 5] })
  t.strictSame(await frame.aggregate([], [decoded.alias('n')]).collectColumns({ partitions: 2 }), { n: [5n] })
})

model.test('TestWindowUDFCodec::test_window_udf_evaluates_after_roundtrip', async (t) => {
  const decoded = loads(dumps(countUp(col('a'))))
  const framed = decoded.over({ frame: windowFrame('rows', 'unbounded', 'unbounded') }).alias('c')
  const frame = inProcess().fromColumns({ a: [1, 2, 3, 4, 5] })
  t.strictSame(await frame.select(framed).collectColumns(), { c: [0n, 1n, 2n, 3n, 4n] })
})

model.test('TestErrorPaths::test_from_bytes_rejects_garbage', (t) => {
  t.throws(() => Expr.fromBytes(Buffer.from('not a valid payload, but long enough to be one')), {
    name: 'WireError',
    code: 'wire_unknown_family',
    message: 'Cannot read these bytes as an expression: they are not a Volley payload',
  })
})

model.test('TestErrorPaths::test_from_bytes_rejects_empty', (t) => {
  t.throws(() => Expr.fromBytes(new Uint8Array()), { name: 'WireError', code: 'wire_truncated' })
})

model.test('TestErrorPaths::test_cross_version_error_message', async (t) => {
  const bytes = double(col('a')).toBytes()
  const withByte = (at: number, value: number) => seal(Uint8Array.from(bytes, (byte, i) => (i === at ? value : byte)))
  t.throws(() => Expr.fromBytes(withByte(7, 99)), {
    code: 'wire_too_new',
    message: /wire version 99: this side reads up to \d+\. Align volley versions on sender and receiver$/,
  })
  // The sender's version of Node is no reason to refuse: what travels is source text, not bytecode.
  const decoded = Expr.fromBytes(withByte(8, Number.parseInt(process.versions.node, 10) + 1))
  const frame = inProcess().fromColumns({ a: [1, 2] })
  t.strictSame(await frame.select(decoded.alias('r')).collectColumns(), { r: [2n, 4n] })
})

model.test('TestPythonUdfInliningToggle::test_strict_encoder_omits_inline_payload', (t) => {
  const inline = new SessionContext()
  const expr = double(col('a'))
  t.ok(carriesBody(expr.toBytes(inline)))
  t.notOk(carriesBody(expr.toBytes(inline.withUdfInlining({ enabled: false }))))
  t.notOk(Buffer.from(expr.toBytes(inline.withUdfInlining({ enabled: false }))).includes('2n'), 'nor in another place')
})

model.test('TestPythonUdfInliningToggle::test_toggle_off_then_on_restores_inline_encoding', (t) => {
  const expr = double(col('a'))
  const toggled = strictCtx().withUdfInlining({ enabled: true })
  const bytes = expr.toBytes(toggled)
  t.strictSame(bytes, expr.toBytes(new SessionContext()))
  t.match(Expr.fromBytes(bytes, new SessionContext()).canonicalName(), 'double')
})

model.test('TestPythonUdfInliningToggle::test_strict_roundtrip_via_registry', (t) => {
  const bytes = double(col('a')).toBytes(strictCtx())
  const receiver = strictCtx()
  receiver.registerUdf(double)
  t.match(Expr.fromBytes(bytes, receiver).canonicalName(), 'double')
})

model.test('TestPythonUdfInliningToggle::test_strict_decoder_refuses_inline_payload', (t) => {
  const bytes = double(col('a')).toBytes(new SessionContext())
  // Nothing is registered: the refusal comes before the registry is asked.
  t.throws(() => Expr.fromBytes(bytes, strictCtx()), {
    code: 'wire_inline_refused',
    message: /"double".*by value: .*withUdfInlining\(\{ enabled: false \}\)/,
  })
})

model.test('TestPythonUdfInliningToggle::test_sender_ctx_propagates_through_pickle', (t) => {
  withSlots(t)
  const expr = double(col('a'))
  t.ok(carriesBody(bytesIn(dumps(expr))))
  t.notOk(carriesBody(bytesIn(dumpsUnder(strictCtx(), expr))))
  t.ok(carriesBody(bytesIn(dumps(expr))), 'the slot is empty again')
})

for (const [name, makeWorker] of [
  ['test_sender_ctx_strict_roundtrip_via_pickle', strictCtx],
  ['test_sender_ctx_strict_pickle_accepted_by_inline_worker_with_registry', () => new SessionContext()],
] as const) {
  model.test(`TestPythonUdfInliningToggle::${name}`, (t) => {
    withSlots(t)
    const text = dumpsUnder(strictCtx(), double(col('a')))
    const worker = makeWorker()
    worker.registerUdf(double)
    setWorkerCtx(worker)
    t.match(loads(text).canonicalName(), 'double')
    clearWorkerCtx()
    t.throws(() => loads(text), { code: 'wire_not_registered' }, 'it did come from the worker context')
  })
}

const slots = {
  Worker: { set: setWorkerCtx, get: getWorkerCtx, clear: clearWorkerCtx },
  Sender: { set: setSenderCtx, get: getSenderCtx, clear: clearSenderCtx },
}
for (const [slot, { set, get, clear }] of Object.entries(slots)) {
  model.test(`Test${slot}CtxLifecycle::test_set_and_clear`, (t) => {
    withSlots(t)
    t.equal(get(), undefined)
    const ctx = new SessionContext()
    set(ctx)
    t.equal(get(), ctx)
    clear()
    t.equal(get(), undefined)
  })

  model.test(`Test${slot}CtxLifecycle::test_clear_when_unset_is_noop`, (t) => {
    clear()
    t.equal(get(), undefined)
  })

  model.test(`Test${slot}CtxLifecycle::test_thread_local_isolation`, async (t) => {
    withSlots(t)
    const ours = new SessionContext()
    set(ours)
    const code = `import { parentPort } from 'node:worker_threads'
      import { get${slot}Ctx, SessionContext, set${slot}Ctx } from ${JSON.stringify(import.meta.resolve('volley'))}
      const before = get${slot}Ctx() === undefined
      const own = new SessionContext()
      set${slot}Ctx(own)
      parentPort.postMessage([before, get${slot}Ctx() === own])`
    const thread = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`))
    const seen = await new Promise((resolve, reject) => thread.once('message', resolve).once('error', reject))
    await thread.terminate()
    t.strictSame(seen, [true, true], 'the thread began without one, then had its own')
    t.equal(get(), ours)
    if (slot === 'Sender') {
      // Threads serve requests in the model; here the async flow does, and a flow has its own as well.
      const inner = new SessionContext()
      t.equal(await runWithSenderCtx(inner, async () => getSenderCtx()), inner)
      t.equal(get(), ours)
    }
  })
}

model.nothingIsLeftOut()
