// What user code threw, as plain data. Anything can be thrown: a primitive, a proxy that was revoked, an error whose
// getters throw, or one that is its own cause. Every part is read once, checked and bounded; nothing thrown is handed
// on.

import { withArticle } from './article.ts'

/**
 * An error as plain data: its `code`, `cause` and `errors` as well, where it has them. The code is the user's own,
 * whatever it says; codes of the library are never taken from here.
 */
export interface ThrownData {
  readonly [part: string]: string | ThrownData | readonly ThrownData[]
  /** The name of the error's class, or the type of a value that is not an error. */
  readonly name: string
  readonly message: string
}

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

/** Describes what was thrown; never throws itself. */
export function describeThrown(thrown: unknown): Thrown {
  const stack = isObject(thrown) ? read(thrown, 'stack') : undefined
  return {
    data: describe(thrown, { left: maxErrors }),
    stack: typeof stack === 'string' ? cut(stack, maxStack) : undefined,
  }
}

/** The error that was described, as far as it was. */
export function errorFromThrown({ name, message, code, cause, errors }: ThrownData): Error {
  const init = isThrownData(cause) ? { cause: errorFromThrown(cause) } : undefined
  const list = Array.isArray(errors) ? errors.filter(isThrownData).map(errorFromThrown) : undefined
  const error = list === undefined ? new Error(message, init) : new AggregateError(list, message, init)
  return Object.assign(error, { name, ...(code === undefined ? {} : { code }) })
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

/** @param budget - How many errors may still be told of. */
function describe(thrown: unknown, budget: { left: number }, depth = 0): ThrownData {
  budget.left--
  if (!isObject(thrown)) return { name: kindOf(thrown), message: cut(String(thrown), maxText) }
  const [name, message, code] = [read(thrown, 'name'), read(thrown, 'message'), read(thrown, 'code')]
  return {
    name: typeof name === 'string' && name !== '' ? cut(name, 200) : kindOf(thrown),
    message: typeof message === 'string' ? cut(message, maxText) : textOfObject(thrown),
    ...(typeof code === 'string' || typeof code === 'number' ? { code: cut(`${code}`, 200) } : {}),
    ...(depth < maxDepth ? describeCauses(thrown, budget, depth + 1) : {}),
  }
}

interface Causes {
  cause?: ThrownData
  errors?: readonly ThrownData[]
}

function describeCauses(thrown: object, budget: { left: number }, depth: number): Causes {
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

function read(value: object, key: string | number): unknown {
  try {
    return Reflect.get(value, key)
  } catch {
    return undefined
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
