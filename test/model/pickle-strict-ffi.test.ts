// datafusion-python's _test_pickle_strict_ffi.py: functions that cannot travel, which are those of Rust there and of
// native code here, go by name, and the receiver's registry knows them.

import * as devalue from 'devalue'
import {
  bool,
  clearSenderCtx,
  clearWorkerCtx,
  col,
  Expr,
  exprReducers,
  exprRevivers,
  int64,
  nativeUdf,
  type ScalarUDF,
  SessionContext,
  setSenderCtx,
  setWorkerCtx,
  udf,
} from 'volley'
import { modelFile } from './model.ts'

const model = modelFile('examples/datafusion-ffi-example/python/tests/_test_pickle_strict_ffi.py')

/** A strict context that knows a native function; bound functions have no source text, as compiled ones have none. */
function strictSession(): { ctx: SessionContext; isNull: ScalarUDF } {
  const native = ((wanted: unknown, value: unknown) => value === wanted).bind(undefined, null)
  const isNull = nativeUdf('my_custom_is_null', native, [int64], bool, { nulls: 'call' })
  const ctx = new SessionContext({ backend: 'in-process' }).withUdfInlining({ enabled: false })
  ctx.registerUdf(isNull)
  return { ctx, isNull }
}

model.test('test_strict_ffi_udf_expr_roundtrip_via_to_bytes', async (t) => {
  const [sender, receiver] = [strictSession(), strictSession()]
  const restored = Expr.fromBytes(sender.isNull(col('a')).toBytes(sender.ctx), receiver.ctx)
  t.match(restored.canonicalName(), 'my_custom_is_null')
  const frame = receiver.ctx.fromColumns({ a: [1, 2, null, 4] }, { a: int64 })
  t.strictSame(await frame.select(restored.alias('r')).collectColumns(), { r: [false, false, true, false] })
})

model.test('test_strict_ffi_udf_pickle_roundtrip_via_thread_locals', (t) => {
  t.teardown(() => {
    clearSenderCtx()
    clearWorkerCtx()
  })
  const [sender, receiver] = [strictSession(), strictSession()]
  setSenderCtx(sender.ctx)
  const text = devalue.stringify(sender.isNull(col('a')), exprReducers)
  clearSenderCtx()
  setWorkerCtx(receiver.ctx)
  t.match(devalue.parse(text, exprRevivers).canonicalName(), 'my_custom_is_null')
})

model.test('test_strict_ffi_udf_smaller_than_inline_python_udf', (t) => {
  const { ctx, isNull } = strictSession()
  const byName = isNull(col('a')).toBytes(ctx)
  const inline = udf((value: bigint | null) => value === null, [int64], bool, {
    name: 'js_is_null',
    nulls: 'call',
    volatility: 'immutable',
  })
  const byValue = inline(col('a')).toBytes(new SessionContext())
  t.ok(byName.length < byValue.length / 4, `${byName.length} and ${byValue.length} bytes`)
})

model.nothingIsLeftOut()
