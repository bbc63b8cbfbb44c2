// What would travel, for people to look at before it does: captured values may be secrets, or far larger than anyone
// thinks. Nothing is sent, and no code is revived.

import * as crypto from 'node:crypto'
import type { CodecContext } from '../../functions/contract/codec-context.ts'
import type { Udf, UserFunction } from '../../functions/contract/udf.ts'
import type { UdfShipment } from '../../functions/contract/udf-shipment.ts'
import type { Expr } from '../../functions/expr/expr.ts'
import { walk } from '../../functions/expr/walk.ts'
import { travelsByValue } from './bodies.ts'
import { isScalarUdf } from './callables.ts'
import { captureClosure } from './closure/capture/capture-closure.ts'
import { encodingContext } from './context-slots.ts'
import { encodeUdf } from './udf-codec.ts'

/** What `udf()` and its siblings return, or a definition. */
export type InspectedUdf = Udf | UserFunction | { readonly definition: Udf }

/**
 * What a user-defined function would take along if it were shipped now. Nothing is sent.
 *
 * @param udf - What `udf()`, `udaf()`, `udwf()` give, a definition, or a plain function.
 * @param context - What it would be encoded under. Default: the sender context, else by value.
 * @returns Its bytes, and every captured name with its size.
 * @throws {ShippingError} When it cannot travel; the message names the path that leads to the obstacle.
 * @example
 * import { float64, inspectUdf, udf } from 'volley'
 *
 * const rate = 1.19
 * const gross = udf((net: number) => net * rate, [float64], float64, { name: 'gross' })
 * const { kind, captures } = inspectUdf(gross)
 * kind // => 'by-value'
 * captures.map(({ name }) => name) // => ['rate']
 *
 * @see docs/guide/distributing-work.md
 */
export function inspectUdf(udf: InspectedUdf, context?: CodecContext): UdfShipment {
  const definition = definitionOf(udf)
  if (definition !== undefined) return inspectDefinition(definition, encodingContext(context))
  const { bytes, report } = captureClosure(udf)
  const { name } = udf as UserFunction
  return {
    name: name === '' ? 'anonymous' : name,
    kind: 'by-value',
    bytes: bytes.length,
    hash: crypto.hash('sha256', bytes),
    captures: report,
  }
}

/**
 * What every user-defined function of an expression would take along, each once, in order of appearance. Nothing is sent.
 *
 * @param expr - Any expression.
 * @param context - What functions would be encoded under. Default: the sender context, else by value.
 * @throws {ShippingError} When one of them cannot travel.
 * @example
 * import { col, explainShipping, float64, udf } from 'volley'
 *
 * const rates = new Map([['books', 1.07]])
 * const gross = udf((net: number) => net * (rates.get('books') ?? 1), [float64], float64, { name: 'gross' })
 * explainShipping(gross(col('net'))).map(({ name, kind }) => `${name} ${kind}`) // => ['gross by-value']
 *
 * @see docs/guide/distributing-work.md
 */
export function explainShipping(expr: Expr, context?: CodecContext): readonly UdfShipment[] {
  const found = new Set<Udf>()
  walk(expr.node, (node) => {
    if (node.kind === 'udf') found.add(node.udf)
    if ((node.kind === 'aggregate' || node.kind === 'window') && typeof node.fn !== 'string') found.add(node.fn)
    return true
  })
  return [...found].map((udf) => inspectDefinition(udf, encodingContext(context)))
}

function inspectDefinition(udf: Udf, context: CodecContext): UdfShipment {
  const { name, family, body } = udf
  const bytes = encodeUdf(udf, context).length
  const kind = travelsByValue(udf, context) ? 'by-value' : 'by-name'
  // A body that came as bytes travels on as those bytes; this side does not open them.
  if (kind === 'by-name') return { name, family, kind, bytes, captures: [] }
  if (body.kind !== 'live') {
    return { name, family, kind, bytes, ...(body.kind === 'shipped' ? { hash: body.hash } : {}), captures: [] }
  }
  const { fn, captures } = body
  const captured = captureClosure(fn, { label: name, ...(captures === undefined ? {} : { captures }) })
  return { name, family, kind, bytes, hash: crypto.hash('sha256', captured.bytes), captures: captured.report }
}

function definitionOf(udf: InspectedUdf): Udf | undefined {
  if (isScalarUdf(udf)) return udf.definition
  if ('definition' in udf && typeof udf.definition === 'object') return udf.definition as Udf
  return typeof udf === 'function' ? undefined : (udf as Udf)
}
