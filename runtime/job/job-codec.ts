// A whole job to bytes and back: VLYJOBS, whose text is its source and its steps. Tables in memory and functions are
// attachments; files travel as their paths. Decoding opens nothing, revives no code, and checks all that planning relies on.

import type { CodecContext } from '../../functions/contract/codec-context.ts'
import { ResourceError, ShippingError, WireError } from '../../functions/errors.ts'
import { decodeEnvelope, encodeEnvelope, FLAG_INLINE_CODE } from '../codec/envelope.ts'
import { decodeGraph, encodeGraph } from '../codec/graph-codec.ts'
import { splitSections } from '../codec/sections.ts'
import { isDecodedUdf } from '../codec/udf-codec.ts'
import { isOfForm } from '../codec/validate-program.ts'
import { isDataType, isField, isListOf, isRecord, NodeBudget } from '../codec/validate-type.ts'
import type { FieldForm } from '../program/operation.ts'
import { fileFormats, type JsonForm } from '../source/formats.ts'
import type { SourceSpec } from '../source/source.ts'
import type { Job } from './job.ts'
import { findStepKind } from './steps.ts'

/** A header counts its payload in four bytes; what is larger is better read where it is needed. */
const MAX_BYTES = 1024 * 1024 * 1024
const MAX_PATH = 4096
/** Jobs within steps of jobs. */
const MAX_DEPTH = 64

/** How large a job may be that comes from outside. */
export interface DecodeJobLimits {
  /** Of everything but tables in memory and functions. Default: any. */
  readonly maxTextBytes?: number
}

/**
 * A job as bytes.
 *
 * @throws {ShippingError} When a function in it cannot travel, its rows are still to come, or there are too many of them.
 */
export function encodeJob({ source, steps }: Job, context: CodecContext): Uint8Array {
  if (source.kind === 'pending') {
    throw new ShippingError(
      'closure_unserializable',
      'Cannot ship the DataFrame: its source is a stream of this process; gather its rows first, as in ctx.fromArrow(await frame.collect())',
      { details: { path: ['source'] } },
    )
  }
  const { payload, inline } = encodeGraph({ source: packed(source), steps }, context, { label: 'the DataFrame' })
  if (payload.length > MAX_BYTES) {
    throw new ShippingError(
      'closure_too_large',
      `Cannot ship the DataFrame: it has ${payload.length} bytes, at most ${MAX_BYTES} travel; name files as its source`,
      { details: { path: ['source'], bytes: payload.length, limit: MAX_BYTES } },
    )
  }
  return encodeEnvelope('VLYJOBS', inline ? FLAG_INLINE_CODE : 0, payload)
}

/** Bytes in a Buffer would be copied by whoever reads them. */
function packed(source: SourceSpec): SourceSpec {
  if (source.kind !== 'memory') return source
  const { buffer, byteOffset, byteLength } = source.bytes
  return { kind: 'memory', bytes: new Uint8Array(buffer, byteOffset, byteLength) }
}

/**
 * The job that `encodeJob` encoded. Which of its files may be read is for the caller to say.
 *
 * @throws {WireError} When the bytes are not a job, or the context refuses what is in them.
 * @throws {ResourceError} `size_limit`.
 */
export function decodeJob(bytes: Uint8Array, context: CodecContext, limits: DecodeJobLimits = {}): Job {
  const { payload } = decodeEnvelope(bytes, 'VLYJOBS')
  checkTextSize(splitSections(payload).text.length, limits.maxTextBytes)
  const job = decodeGraph(payload, context)
  validateJob(job, new NodeBudget(bytes.length), 0)
  return job
}

function checkTextSize(bytes: number, limit = Number.POSITIVE_INFINITY): void {
  if (bytes <= limit) return
  throw new ResourceError(
    'size_limit',
    `Cannot read the job: its steps have ${bytes} bytes, at most ${limit} are taken`,
    {
      details: { bytes, limit },
    },
  )
}

function validateJob(value: unknown, budget: NodeBudget, depth: number): asserts value is Job {
  if (!isRecord(value) || !hasOnly(value, ['source', 'steps'])) throw damaged('it is not a source and steps')
  if (!isSource(value.source, budget)) throw damaged('its source is malformed')
  if (!isListOf(value.steps, (step) => isStep(step, budget, depth))) throw damaged('one of its steps is malformed')
}

function isStep(step: unknown, budget: NodeBudget, depth: number): boolean {
  budget.spend()
  if (!isRecord(step) || typeof step.kind !== 'string') return false
  const kind = findStepKind(step.kind)
  if (kind === undefined) throw damaged(`this process knows no step "${step.kind.slice(0, 40)}", register it here`)
  const fields = Object.entries<FieldForm | 'job'>(kind.fields)
  const isOf = (name: string, form: FieldForm | 'job'): boolean =>
    form === 'job' ? isJob(step[name], budget, depth + 1) : isOfForm(step[name], form, budget, step)
  return hasOnly(step, ['kind', ...fields.map(([name]) => name)]) && fields.every(([name, form]) => isOf(name, form))
}

function isJob(value: unknown, budget: NodeBudget, depth: number): boolean {
  if (depth > MAX_DEPTH)
    throw new WireError('wire_too_deep', `Cannot read a job: jobs nest deeper than ${MAX_DEPTH} levels`)
  validateJob(value, budget, depth)
  return true
}

function isSource(source: unknown, budget: NodeBudget): boolean {
  if (!isRecord(source) || typeof source.kind !== 'string') return false
  if (source.kind === 'memory') return hasOnly(source, ['kind', 'bytes']) && source.bytes instanceof Uint8Array
  if (source.kind === 'function') return isFunctionSource(source, budget)
  if (source.kind === 'series') return isSeries(source, budget)
  const format = fileFormats().find(({ kind }) => kind === source.kind)
  if (format === undefined) {
    throw damaged(`this process knows no source of kind "${source.kind.slice(0, 40)}", register the format here`)
  }
  const { paths, options } = source
  return (
    hasOnly(source, ['kind', 'paths', 'options']) &&
    isListOf(paths, (path) => isPath(path, budget)) &&
    paths.length > 0 &&
    (options === undefined || isOptions(options, format.fromJson ?? {}, budget))
  )
}

/** Only what the decoder of functions made is one: its policy has been asked. */
function isFunctionSource(source: Readonly<Record<string, unknown>>, budget: NodeBudget): boolean {
  const { udf, args } = source
  if (!hasOnly(source, ['kind', 'udf', 'args']) || !isRecord(udf) || !isDecodedUdf(udf)) return false
  return udf.family === 'table' && isListOf(args, (arg) => isConstant(arg, budget)) && args.length === udf.inputs.length
}

function isSeries({ kind: _, of, ...rest }: Readonly<Record<string, unknown>>, budget: NodeBudget): boolean {
  budget.spend()
  if (of === 'numbers') {
    const { first, step, count } = rest
    return (
      hasOnly(rest, ['first', 'step', 'count']) &&
      isInt64(first) &&
      isInt64(step) &&
      Number.isSafeInteger(count) &&
      Number(count) >= 0 &&
      (count === 0 || isInt64(first + step * BigInt(Number(count) - 1)))
    )
  }
  const { first, end, isClosed, step, timezone } = rest
  return (
    of === 'moments' &&
    hasOnly(rest, ['first', 'end', 'isClosed', 'step', 'timezone']) &&
    isInt64(first) &&
    isInt64(end) &&
    typeof isClosed === 'boolean' &&
    isInterval(step) &&
    isDataType({ kind: 'timestamp', unit: 'ns', ...(timezone === undefined ? {} : { timezone }) }, budget)
  )
}

const isInt64 = (value: unknown): value is bigint => typeof value === 'bigint' && BigInt.asIntN(64, value) === value

/** One that leads somewhere. */
const isInterval = (step: unknown): boolean =>
  isRecord(step) &&
  hasOnly(step, ['months', 'days', 'nanos']) &&
  [step.months, step.days].every((part) => Number.isInteger(part) && Math.abs(Number(part)) < 2 ** 31) &&
  isInt64(step.nanos) &&
  (step.months !== 0 || step.days !== 0 || step.nanos !== 0n)

/** A value of the engine's, of whatever type. */
function isConstant(value: unknown, budget: NodeBudget): boolean {
  budget.spend()
  if (typeof value !== 'object') return ['number', 'bigint', 'string', 'boolean'].includes(typeof value)
  if (value === null || value instanceof Uint8Array) return true
  return (Array.isArray(value) || isRecord(value)) && Object.values(value).every((inner) => isConstant(inner, budget))
}

function isPath(path: unknown, budget: NodeBudget): boolean {
  budget.spend()
  return typeof path === 'string' && path !== '' && path.length <= MAX_PATH && !path.includes('\0')
}

function isOptions(options: unknown, forms: Readonly<Record<string, JsonForm>>, budget: NodeBudget): boolean {
  if (!isRecord(options) || !hasOnly(options, Object.keys(forms))) return false
  return Object.entries(forms).every(([name, form]) => {
    const value = options[name]
    return value === undefined || optionChecks[form](value, budget)
  })
}

/** The check of an option of each form. */
const optionChecks: Readonly<Record<JsonForm, (value: unknown, budget: NodeBudget) => boolean>> = {
  boolean: (value) => typeof value === 'boolean',
  character: (value) => typeof value === 'string' && value.length === 1 && value.charCodeAt(0) < 128,
  count: (value) => Number.isSafeInteger(value) && Number(value) >= 1,
  texts: (value) => isListOf(value, (text) => typeof text === 'string'),
  types: isTypes,
}

/** A whole schema, or types or their names by column. */
function isTypes(value: unknown, budget: NodeBudget): boolean {
  if (Array.isArray(value)) return isListOf(value, (column) => isField(column, budget))
  return isRecord(value) && Object.values(value).every((type) => typeof type === 'string' || isDataType(type, budget))
}

const hasOnly = (record: Readonly<Record<string, unknown>>, known: readonly string[]): boolean =>
  Object.keys(record).every((name) => known.includes(name))

const damaged = (why: string): WireError => new WireError('wire_damaged', `Cannot read a job: ${why}`)
