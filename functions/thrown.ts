// What user code threw, as plain data. Anything can be thrown: a primitive, a proxy that was revoked, an error whose
// getters throw, or one that is its own cause. Every part is read once, checked and bounded; nothing thrown is handed
// on.

import { withArticle } from './article.ts'
import { fieldNames, type PlainBudget, type PlainData, fieldOf as read, toPlainData } from './plain-data.ts'

/**
 * What was thrown as plain data. An error has its `code`, `cause` and `errors`, its own `fields`, the `class` that gives
 * no name of its own, the built-in class it is of (`base`), and where it is told of within another, its `stack`. The code
 * is the user's own, whatever it says; codes of the library are never taken from here.
 */
export interface ThrownData {
  readonly [part: string]: PlainData
  /** The name of the error, or the type of a value that is not an error. */
  readonly name: string
  readonly message: string
}

type ErrorClass = new (message: string, init?: ErrorOptions) => Error

/** The language's own classes of errors, which are made anew as themselves. */
export const builtInErrors: ReadonlyMap<string, ErrorClass> = new Map<string, ErrorClass>([
  ['EvalError', EvalError],
  ['RangeError', RangeError],
  ['ReferenceError', ReferenceError],
  ['SyntaxError', SyntaxError],
  ['TypeError', TypeError],
  ['URIError', URIError],
  ['Error', Error],
])

/** What was thrown, and the stack that it brought along. */
export interface Thrown {
  readonly data: ThrownData
  readonly stack: string | undefined
}

const maxText = 4000
const maxStack = 10_000
/** Of causes below each other. */
const maxDepth = 8
/** With its causes, and with what they gather. */
const maxErrors = 16
/** Of the stack of an error within another. */
const maxInnerStack = 2000
/** Of all fields and inner stacks. */
const maxCharacters = 16_000

/** Describes what was thrown; never throws itself. */
export function describeThrown(thrown: unknown): Thrown {
  const stack = isObject(thrown) ? read(thrown, 'stack') : undefined
  return {
    data: describe(thrown, { left: maxErrors, characters: maxCharacters }),
    stack: typeof stack === 'string' ? cut(stack, maxStack) : undefined,
  }
}

/** One line: the message, and those of the causes that say more. */
export function summarize(data: ThrownData): string {
  const texts: string[] = []
  for (let next: unknown = data; isThrownData(next); next = next.cause) {
    const text = textOf(next)
    if (text !== '' && !texts.some((known) => known.includes(text))) texts.push(text)
  }
  return cut(texts.join('; caused by: '), maxText)
}

/** What a value is called in messages: the name of its class, or its type. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (!isObject(value)) return typeof value
  const maker = read(value, 'constructor')
  const name = isObject(maker) ? read(maker, 'name') : undefined
  return typeof name === 'string' && name !== '' ? cut(name, 100) : typeof value
}

interface Budget extends PlainBudget {
  /** How many errors may still be told of. */
  left: number
}

function describe(thrown: unknown, budget: Budget, depth = 0): ThrownData {
  budget.left--
  if (!isObject(thrown)) return { name: kindOf(thrown), message: cut(String(thrown), maxText) }
  const [name, message, code] = [read(thrown, 'name'), read(thrown, 'message'), read(thrown, 'code')]
  return {
    name: typeof name === 'string' && name !== '' ? cut(name, 200) : kindOf(thrown),
    message: typeof message === 'string' ? cut(message, maxText) : textOfObject(thrown),
    ...(typeof code === 'string' || typeof code === 'number' ? { code: cut(`${code}`, 200) } : {}),
    ...describeClass(thrown, name),
    ...describeFields(thrown, budget),
    ...(depth === 0 ? {} : describeStack(thrown, budget)),
    ...(depth < maxDepth ? describeCauses(thrown, budget, depth + 1) : {}),
  }
}

/** The built-in class of an error; and the user's, where only that tells its errors from those. */
function describeClass(thrown: object, name: unknown): { readonly base?: string; readonly class?: string } {
  const base = baseOf(thrown)
  if (base === undefined) return {}
  const own = kindOf(thrown)
  const isInherited = own !== base && (name === base || builtInErrors.has(String(name)))
  return { base, ...(isInherited && own !== 'Object' ? { class: own } : {}) }
}

function baseOf(thrown: object): string | undefined {
  const isOf = (kind: ErrorClass | typeof DOMException): boolean => thrown instanceof kind
  try {
    if (isOf(DOMException)) return 'DOMException'
    if (isOf(AggregateError as ErrorClass)) return 'AggregateError'
    return [...builtInErrors].find(([, kind]) => isOf(kind))?.[0]
  } catch {
    return undefined // a proxy that was revoked
  }
}

/** Told of by themselves. */
const knownFields = new Set(['name', 'message', 'stack', 'cause', 'errors'])

interface Fields {
  readonly fields?: { readonly [name: string]: PlainData }
  /** The types of those that are told of as texts. */
  readonly fieldTypes?: { readonly [name: string]: string }
}

function describeFields(thrown: object, budget: PlainBudget): Fields {
  const fields: Record<string, PlainData> = Object.create(null)
  const types: Record<string, string> = Object.create(null)
  for (const name of fieldNames(thrown)) {
    const value = read(thrown, name)
    if (knownFields.has(name) || name.length > 200 || (name === 'code' && typeof value === 'string')) continue
    const told = toPlainData(value, budget)
    if (told === undefined) continue
    fields[name] = told
    if (typeof told === 'string' && typeof value !== 'string')
      types[name] = value instanceof Date ? 'Date' : typeof value
  }
  return {
    ...(Object.keys(fields).length === 0 ? {} : { fields: { ...fields } }),
    ...(Object.keys(types).length === 0 ? {} : { fieldTypes: { ...types } }),
  }
}

function describeStack(thrown: object, budget: PlainBudget): { readonly stack?: string } {
  const stack = read(thrown, 'stack')
  if (typeof stack !== 'string' || budget.characters <= 0) return {}
  const told = cut(stack, Math.min(maxInnerStack, budget.characters))
  budget.characters -= told.length
  return { stack: told }
}

interface Causes {
  cause?: ThrownData
  errors?: readonly ThrownData[]
}

function describeCauses(thrown: object, budget: Budget, depth: number): Causes {
  const cause = read(thrown, 'cause')
  const described: Causes = {}
  if (cause !== undefined && cause !== null && budget.left > 0) described.cause = describe(cause, budget, depth)
  const errors = read(thrown, 'errors')
  if (isList(errors)) {
    const list: ThrownData[] = []
    for (let i = 0; i < Number(read(errors, 'length')) && budget.left > 0; i++) {
      list.push(describe(read(errors, i), budget, depth))
    }
    described.errors = list
  }
  return described
}

/** An AggregateError of a connection has no message of its own; its errors have. */
function textOf({ message, errors, code }: ThrownData): string {
  if (message !== '') return message
  const inner = Array.isArray(errors)
    ? errors
        .filter(isThrownData)
        .map(textOf)
        .filter((text) => text !== '')
    : []
  return inner.length > 0 ? [...new Set(inner)].join(', ') : typeof code === 'string' ? code : ''
}

function textOfObject(value: object): string {
  if (typeof value === 'function') return 'a function'
  try {
    const text: unknown = String(value)
    return cut(String(text), maxText)
  } catch {
    return `${withArticle(kindOf(value))} that has no text`
  }
}

function isList(value: unknown): value is unknown[] {
  try {
    return Array.isArray(value)
  } catch {
    return false
  }
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

/** Whether it is an error described as data. */
export function isThrownData(value: unknown): value is ThrownData {
  return isObject(value) && 'name' in value && 'message' in value && typeof value.message === 'string'
}

const cut = (text: string, length: number): string => (text.length <= length ? text : `${text.slice(0, length)}…`)
