// A worker context: what every worker imports before it takes work. It compiles a WebAssembly module, whose functions
// cannot travel, and registers one of them under a name. It accepts no functions by value.

import { float64, nativeUdf, SessionContext, setWorkerCtx, udf } from 'volley'

declare const WebAssembly: {
  instantiate(code: Uint8Array): Promise<{ readonly instance: { readonly exports: Record<string, unknown> } }>
}

// (func (export "square") (param f64) (result f64) local.get 0 local.get 0 f64.mul)
const code = '0061736d0100000001060160017c017c03020100070a010673717561726500000a0901070020002000a20b'
const { instance } = await WebAssembly.instantiate(Buffer.from(code, 'hex'))
export const square = instance.exports.square as (side: number) => number

const ctx = new SessionContext()
ctx.registerUdf(nativeUdf('square', square, [float64], float64))
ctx.registerUdf(udf((side: number) => 4 * side, [float64], float64, { name: 'girth' }))
setWorkerCtx(ctx.withUdfInlining({ enabled: false }))
