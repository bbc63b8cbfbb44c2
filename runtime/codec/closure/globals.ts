// The paths by which globals travel, such as Array.prototype.map: what a worker needs to find them again. Finding the
// path of a value takes an index of them all, which is well-known.ts.

// Intrinsics that are not reachable by the name of a global.
export const hidden: Readonly<Record<string, () => object | undefined>> = {
  '%TypedArray%': () => prototypeOf(Int8Array),
  '%GeneratorFunction%': () => prototypeOf(function* () {})?.constructor,
  '%AsyncFunction%': () => prototypeOf(async () => {})?.constructor,
  '%AsyncGeneratorFunction%': () => prototypeOf(async function* () {})?.constructor,
  '%ArrayIteratorPrototype%': () => prototypeOf([][Symbol.iterator]()),
}

/** Finds in this process what a global reference names; undefined when this process has no such thing. */
export function resolveGlobal(path: readonly string[], accessor: '' | 'get' | 'set'): unknown {
  const [first = '', ...rest] = path
  const last = accessor === '' ? undefined : rest.pop()
  let value: unknown = Object.hasOwn(hidden, first) ? hidden[first]?.() : Reflect.get(globalThis, first)
  for (const step of rest) value = isObject(value) ? Reflect.get(value, stepToKey(step)) : undefined
  if (last === undefined || accessor === '') return value
  return isObject(value) ? Object.getOwnPropertyDescriptor(value, stepToKey(last))?.[accessor] : undefined
}

function stepToKey(step: string): string | symbol {
  const symbol: unknown = step.startsWith('@@') ? Reflect.get(Symbol, step.slice(2)) : undefined
  return typeof symbol === 'symbol' ? symbol : step
}

function prototypeOf(value: object): object | undefined {
  return Object.getPrototypeOf(value) ?? undefined
}

export function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}
