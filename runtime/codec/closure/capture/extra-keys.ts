// Which own properties an object has beside its elements. Reflect.ownKeys makes a string of every index: 20 to 50 ms for a
// view of 100 KiB, and a RangeError above 2 ** 24 or so. Nothing in the language leaves indexes out, but util.inspect
// does: an object that reads like one of the same elements and no more has nothing beside them. In doubt all keys are
// listed, so inspect's wording may change. Which properties travel is not decided here.

import { inspect, types } from 'node:util'
import { lengthOf, viewPrototype } from './binary.ts'

type Elements = NodeJS.TypedArray | readonly unknown[]

/** Below this, listing all keys is as fast. */
const manyElements = 256
/** Above this, Reflect.ownKeys takes seconds and then fails. */
const tooManyElements = 2 ** 24

/**
 * The own keys of an object, without those of its elements if they are many.
 *
 * @param isBuiltin - Whether its prototype comes with the language or Node; a class of the user's own answers for itself.
 * @throws {RangeError} When its elements would have to be listed and are too many.
 */
export function ownKeysBesideElements(value: object, isBuiltin: boolean): (string | symbol)[] {
  if (isBuiltin && hasManyElements(value) && hasElementsOnly(value)) return []
  // Not so for arrays, which may be long and sparse.
  if (types.isTypedArray(value) && lengthOf(value) > tooManyElements) throw new RangeError('Too many elements to list')
  return Reflect.ownKeys(value)
}

const { subarray } = viewPrototype

function hasManyElements(value: object): value is Elements {
  if (Array.isArray(value)) return value.length >= manyElements
  return types.isTypedArray(value) && lengthOf(value) >= manyElements
}

// Symbols are listed without indexes. What shadows an inherited member could run code, or hide behind it.
function hasElementsOnly(value: Elements): boolean {
  if (Object.getOwnPropertySymbols(value).length > 0 || shadowsInherited(value)) return false
  try {
    return (
      describe(value) === describe(Array.isArray(value) ? emptyOf(value.length) : Reflect.apply(subarray, value, []))
    )
  } catch {
    return false
  }
}

function shadowsInherited(value: Elements): boolean {
  const isOwn = (key: string | symbol) => Object.hasOwn(value, key) && !(key === 'length' && Array.isArray(value))
  for (let prototype = Object.getPrototypeOf(value); prototype !== null; prototype = Object.getPrototypeOf(prototype)) {
    if (Reflect.ownKeys(prototype).some(isOwn)) return true
  }
  return false
}

function describe(value: Elements): string {
  return inspect(value, {
    showHidden: true,
    maxArrayLength: 0,
    maxStringLength: 0,
    depth: 0,
    customInspect: false,
    getters: false,
    showProxy: false,
  })
}

// As long as it is, this array keeps its elements in a dictionary: no length costs memory.
const empty: unknown[] = new Array(2 ** 32 - 1)

function emptyOf(length: number): readonly unknown[] {
  empty.length = length
  return empty
}
