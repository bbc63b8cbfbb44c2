// A value to bytes: what senders load of the closure codec. Nothing that brings code to life may be imported here.

import type { ShippedEntry } from '../../../../functions/contract/udf-shipment.ts'
import { isWrittenAsClass } from '../../../../functions/written-function.ts'
import { arrowTypes } from '../../arrow.ts'
import type { Subject } from '../errors.ts'
import type { ShippedType } from '../shipped-type.ts'
import { type CapturedGraph, captureGraph } from './capture.ts'
import { encodeGraph } from './encode.ts'
import { planGroups } from './plan.ts'
import { createReport, refuseTooLarge, warnAboutSizes } from './report.ts'
import type { WalkOptions } from './walk.ts'

export interface CaptureOptions {
  /** The free names of the shipped function. The inspector is then not used, so it works under every policy. */
  readonly captures?: Readonly<Record<string, unknown>>
  /** What messages call the shipped value, such as the name of a UDF. Default: the function's own name. */
  readonly label?: string
  /** Refuse what is larger. Default 64 MiB. */
  readonly maxBytes?: number
  /** Told about captures above 1 MiB. Default: a process warning. */
  readonly onWarning?: (message: string) => void
  /** More kinds of values that know how to travel. */
  readonly types?: readonly ShippedType[]
}

export interface CapturedClosure {
  readonly bytes: Uint8Array
  /** sha256 of the content, in hex: equal for the same code, values, file name and line, wherever the file lies. */
  readonly hash: string
  readonly report: readonly ShippedEntry[]
}

const defaultMaxBytes = 64 * 1024 * 1024

/**
 * Turns a value, usually a function or a class, into bytes, with everything it has captured.
 *
 * Synchronous: what travels is the state at this moment. The same closure with the same values gives the same bytes in
 * every process.
 *
 * @param value - a function, a class, or any value that may hold some.
 * @returns The bytes for `reviveClosure`, their content hash, and a list of what travels.
 * @throws {ShippingError} When something cannot travel; the code is one of `closureCodes`, the message names the
 *   captured names that lead to it and a way out.
 * @example
 * const rate = 1.19
 * const { bytes, report } = captureClosure((net: number) => net * rate)
 * // report: [{ name: 'rate', path: ['rate'], kind: 'by-value', bytes: 8 }]
 */
export function captureClosure(value: unknown, options: CaptureOptions = {}): CapturedClosure {
  const walkOptions = completeOptions(value, options)
  return writeCaptured(captureGraph(value, walkOptions), walkOptions, options.onWarning)
}

/** The bytes of a graph and what is told about them. */
export function writeCaptured(
  { graph, root }: CapturedGraph,
  options: WalkOptions,
  onWarning: (message: string) => void = emitWarning,
): CapturedClosure {
  const encoded = encodeGraph(graph, root, planGroups(graph), options)
  if (encoded.bytes.byteLength > options.maxBytes) refuseTooLarge(graph, options)
  const report = createReport(graph)
  warnAboutSizes(report, options, onWarning)
  return { ...encoded, report }
}

/** The options of a walk, with their defaults. */
export function completeOptions(
  value: unknown,
  { captures, label, maxBytes = defaultMaxBytes, types = [] }: CaptureOptions,
): WalkOptions {
  return { subject: describe(value, label), captures, maxBytes, types: [...types, ...arrowTypes] }
}

function describe(value: unknown, label: string | undefined): Subject {
  if (typeof value !== 'function') return { kind: 'value', name: label ?? typeof value }
  return { kind: isWrittenAsClass(value) ? 'class' : 'function', name: label ?? nameOf(value) }
}

function nameOf(value: object): string {
  const name: unknown = Reflect.get(value, 'name')
  return typeof name === 'string' && name !== '' ? name : 'anonymous'
}

function emitWarning(message: string): void {
  process.emitWarning(message, { type: 'VolleyWarning', code: 'closure_large_capture' })
}
