// Plain data that may hold expression nodes with user-defined functions in them, to sections and back. Each function
// travels once, as an attachment, and keeps its identity; bytes travel as attachments too.

import * as devalue from 'devalue'
import { WireError } from '../../functions/errors.ts'
import { isExpr, make } from '../../functions/expr/expr.ts'
import type { ExprNode } from '../../functions/expr/node.ts'
import type { Udf } from '../../functions/udf/definition.ts'
import type { CodecContext } from './context.ts'
import { encodeSections, type Sections, splitSections } from './sections.ts'
import { decodeUdf, encodeUdf, parseText, peekUdf } from './udf-codec.ts'

/** Below this, bytes stay in the text. */
const SMALL_BYTES = 64

export interface EncodedGraph {
  readonly payload: Uint8Array
  /** Whether code travels in it. */
  readonly inline: boolean
}

export function encodeGraph(value: unknown, context: CodecContext): EncodedGraph {
  const attachments: Uint8Array[] = []
  const udfs = new Map<Udf, number>()
  let inline = false
  const text = devalue.stringify(value, {
    // An index is never falsy to devalue: it counts from 1.
    Udf: (candidate: unknown) => {
      if (!isUdf(candidate)) return false
      let index = udfs.get(candidate)
      if (index === undefined) {
        const bytes = encodeUdf(candidate, context)
        inline ||= peekUdf(bytes, candidate.family).inline
        index = attachments.push(bytes)
        udfs.set(candidate, index)
      }
      return [candidate.family, index]
    },
    Expr: (candidate: unknown) => isExpr(candidate) && [candidate.node],
    Bytes: (candidate: unknown) =>
      candidate instanceof Uint8Array && candidate.length >= SMALL_BYTES && attachments.push(candidate),
  })
  return { payload: encodeSections({ text, attachments } satisfies Sections), inline }
}

export function decodeGraph(payload: Uint8Array, context: CodecContext): unknown {
  const { text, attachments } = splitSections(payload)
  const udfs = new Map<number, Udf>()
  const attachment = (index: unknown): Uint8Array => {
    const bytes = typeof index === 'number' ? attachments[index - 1] : undefined
    if (bytes === undefined)
      throw new WireError('wire_damaged', `Cannot read a payload: it has no attachment ${String(index)}`)
    return bytes
  }
  // Strict receivers refuse code before the text is parsed: every function is looked at first.
  if (!context.udfInlining) for (const bytes of attachments) refuseCode(bytes, context)
  return parseText(text, {
    Udf: ([family, index]: [Udf['family'], number]) => {
      let udf = udfs.get(index)
      if (udf === undefined) {
        udf = decodeUdf(attachment(index), family, context)
        udfs.set(index, udf)
      }
      return udf
    },
    Expr: ([node]: [ExprNode]) => make(node),
    Bytes: (index: number) => attachment(index),
  })
}

const familyByTag = new Map<string, Udf['family']>([
  ['VLYUDFS', 'scalar'],
  ['VLYUDFA', 'aggregate'],
  ['VLYUDFW', 'window'],
])

function refuseCode(bytes: Uint8Array, context: CodecContext): void {
  const family = familyByTag.get(String.fromCharCode(...bytes.subarray(0, 7)))
  if (family !== undefined && peekUdf(bytes, family).inline) decodeUdf(bytes, family, context)
}

function isUdf(value: unknown): value is Udf {
  return typeof value === 'object' && value !== null && 'family' in value && 'body' in value && 'volatility' in value
}
