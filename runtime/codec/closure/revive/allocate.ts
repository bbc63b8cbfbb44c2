// One empty or finished value per record: objects that are filled later, and leaves that are complete at once.

import { ShippingError } from '../../../../functions/errors.ts'
import { malformed } from '../errors.ts'
import { symbolSorts } from '../format.ts'
import { resolveGlobal } from '../globals.ts'
import type { ShippedType } from '../shipped-type.ts'
import { createCoverageStub } from './coverage.ts'

export interface AllocationContext {
  readonly types: readonly ShippedType[]
  attachment(index: unknown): Uint8Array
  resolve(operand: unknown): unknown
}

type Allocate = (operands: readonly unknown[], context: AllocationContext) => unknown

/** Allocates the value of a record of any kind but functions, prototypes, imports and extras. */
export function allocateBuiltin([kind, ...operands]: readonly unknown[], context: AllocationContext): unknown {
  const allocate = allocators.get(String(kind))
  if (allocate === undefined) throw malformed(`it holds a record of unknown kind "${String(kind)}"`)
  return allocate(operands, context)
}

const allocators = new Map<string, Allocate>([
  ['a', () => []],
  ['A', () => []],
  ['o', () => ({})],
  ['n', () => Object.create(null)],
  ['m', () => new Map()],
  ['s', () => new Set()],
  ['e', createError],
  ['d', ([time]) => new Date(Number(time))],
  ['r', createRegExp],
  ['u', ([href]) => new URL(String(href))],
  ['q', ([text]) => new URLSearchParams(String(text))],
  ['w', ([value], { resolve }) => Object(resolve(value))],
  ['y', ([sort, text]) => createSymbol(sort, text)],
  ['g', createGlobal],
  ['k', createCoverageStub],
  ['v', createNumbers],
  ['l', createBuffer],
  ['b', createView],
  ['t', ([name, data], { types }) => findType(types, name).decode(data)],
  ['T', ([name, index], { types, attachment }) => findType(types, name).decode(attachment(index).slice())],
])

// The stack is that of the worker; only what the error says travels.
function createError(): Error {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 0
  const error = new Error()
  Error.stackTraceLimit = limit
  return error
}

function createRegExp([source, flags, lastIndex]: readonly unknown[]): RegExp {
  const expression = new RegExp(String(source), String(flags))
  expression.lastIndex = Number(lastIndex)
  return expression
}

function createSymbol(sort: unknown, text: unknown): symbol {
  if (sort === symbolSorts.registered) return Symbol.for(String(text))
  if (sort === symbolSorts.unique) return text === undefined ? Symbol() : Symbol(String(text))
  const symbol: unknown = Reflect.get(Symbol, String(text))
  if (typeof symbol !== 'symbol') throw missingGlobal(`Symbol.${String(text)}`)
  return symbol
}

function createGlobal([accessor, ...path]: readonly unknown[]): unknown {
  const steps = path.filter((step) => typeof step === 'string')
  if (steps.length < path.length) throw malformed('a global has no name')
  const value = resolveGlobal(steps, accessor === 'get' || accessor === 'set' ? accessor : '')
  if (value === undefined) throw missingGlobal(steps.join('.'))
  return value
}

function createNumbers([index]: readonly unknown[], { attachment }: AllocationContext): number[] {
  const bytes = attachment(index)
  if (bytes.byteLength % 8 !== 0) throw malformed('a list of numbers is cut')
  return Array.from(new Float64Array(bytes.slice().buffer))
}

// A copy: the payload may be shared memory of the transport, and the closure may write to what it captured.
function createBuffer([index, padding]: readonly unknown[], { attachment }: AllocationContext): ArrayBuffer {
  const bytes = attachment(index)
  if (!Number.isInteger(padding) || Number(padding) < 0 || Number(padding) > 7)
    throw malformed('a buffer is misaligned')
  const buffer = new ArrayBuffer(Number(padding) + bytes.byteLength)
  new Uint8Array(buffer).set(bytes, Number(padding))
  return buffer
}

const viewName = /^((Big)?(Int|Uint|Float)\d+(Clamped)?Array|DataView)$/

function createView([name, buffer, offset, length]: readonly unknown[], { resolve }: AllocationContext): unknown {
  const memory = resolve(buffer)
  if (!(memory instanceof ArrayBuffer)) throw malformed('a view has no buffer')
  if (name === 'Buffer') return Buffer.from(memory, Number(offset), Number(length))
  const construct: unknown = viewName.test(String(name)) ? Reflect.get(globalThis, String(name)) : undefined
  if (typeof construct !== 'function') throw missingGlobal(String(name))
  return Reflect.construct(construct, [memory, Number(offset), Number(length)])
}

function findType(types: readonly ShippedType[], name: unknown): ShippedType {
  const found = types.find((type) => type.name === name)
  if (found !== undefined) return found
  const message = `Cannot revive a value of type "${String(name)}": this process does not know the type`
  throw new ShippingError('closure_missing_type', message, { details: { type: String(name) } })
}

function missingGlobal(name: string): ShippingError {
  const message = `Cannot find the global "${name}": this version of Node (${process.version}) does not have it`
  return new ShippingError('closure_missing_global', message, { details: { name } })
}
