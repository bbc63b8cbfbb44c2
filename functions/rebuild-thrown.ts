// What user code threw in another process, made anew from its description: built-in errors as themselves, errors of the
// user's classes as errors of that name with the same fields, values as values. Nothing of it is one of our errors.

import type { PlainData } from './plain-data.ts'
import { builtInErrors, isThrownData, type ThrownData } from './thrown.ts'

/**
 * The error or value that was described, as far as it was.
 *
 * @param stack - Its stack, where that was kept apart.
 */
export function rebuildThrown(data: ThrownData, stack = data.stack): unknown {
  if (data.base === undefined && values.has(data.name)) return values.get(data.name)?.(data.message)
  const error = newError(data)
  for (const [name, value] of Object.entries(fieldsOf(data))) define(error, name, value, true)
  if (typeof stack === 'string') define(error, 'stack', stack)
  return error
}

/** What is thrown that is no object, by its type. Symbols are not: none is equal to the one that was thrown. */
const values = new Map<string, (text: string) => unknown>([
  ['string', (text) => text],
  ['number', Number],
  ['bigint', (text) => BigInt(text)],
  ['boolean', (text) => text === 'true'],
  ['null', () => null],
  ['undefined', () => undefined],
])

function newError(data: ThrownData): Error {
  const { message, name, base, cause, errors } = data
  const init = isThrownData(cause) ? { cause: rebuildThrown(cause) } : undefined
  if (base === 'DOMException') return new DOMException(message, { name, ...init })
  const list = Array.isArray(errors) ? errors.filter(isThrownData).map((inner) => rebuildThrown(inner)) : undefined
  const made =
    list === undefined
      ? new (builtInErrors.get(String(base)) ?? Error)(message, init)
      : new AggregateError(list, message, init)
  const shown = data.class ?? name
  if (made.name !== shown) define(made, 'name', shown)
  if (data.code !== undefined) define(made, 'code', data.code, true)
  return made
}

function fieldsOf({ fields, fieldTypes }: ThrownData): Readonly<Record<string, unknown>> {
  if (!isRecord(fields)) return {}
  const types = isRecord(fieldTypes) ? fieldTypes : {}
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, revived(value, types[name])]))
}

/** What plain data has no form for. */
function revived(value: PlainData, type: PlainData | undefined): unknown {
  if (typeof value !== 'string') return value
  if (type === 'bigint') return /^-?\d+$/.test(value) ? BigInt(value) : value
  if (type === 'number') return Number(value)
  return type === 'Date' ? new Date(value) : value
}

const isRecord = (value: PlainData | undefined): value is { readonly [key: string]: PlainData } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Names may be anything: `__proto__` is a field like others. */
function define(error: Error, name: string, value: unknown, enumerable = false): void {
  Object.defineProperty(error, name, { value, enumerable, configurable: true, writable: true })
}
