// Whether user code has replaced what the worker itself is made of, such as JSON.stringify or Array.prototype.map. Asked
// only when a task failed. Whatever was replaced must not be used here.

interface Member {
  readonly name: string
  readonly owner: object
  readonly key: PropertyKey
  readonly value: unknown
}

const { getOwnPropertyDescriptor } = Object
const members = membersOf([
  'Array',
  'ArrayBuffer',
  'BigInt',
  'DataView',
  'Error',
  'Function',
  'JSON',
  'Map',
  'Math',
  'Number',
  'Object',
  'Promise',
  'Reflect',
  'RegExp',
  'Set',
  'String',
  'Symbol',
  'TextDecoder',
  'TextEncoder',
  'Uint8Array',
  'WeakMap',
])

/** The name of a built-in that is not what it was when the worker started; undefined when all are. */
export function replacedIntrinsic(): string | undefined {
  for (let i = 0; i < members.length; i++) {
    const member = members[i]
    if (member !== undefined && functionAt(member.owner, member.key) !== member.value) return member.name
  }
  return undefined
}

function functionAt(owner: object, key: PropertyKey): unknown {
  const descriptor = getOwnPropertyDescriptor(owner, key)
  return descriptor?.get ?? descriptor?.value
}

function membersOf(names: readonly string[]): Member[] {
  return names.flatMap((name) => {
    const builtin: unknown = Reflect.get(globalThis, name)
    const prototype: unknown = typeof builtin === 'function' ? builtin.prototype : undefined
    return [
      { name, owner: globalThis, key: name, value: functionAt(globalThis, name) },
      ...functionsOf(builtin, name),
      ...functionsOf(prototype, `${name}.prototype`),
    ]
  })
}

function functionsOf(owner: unknown, path: string): Member[] {
  if ((typeof owner !== 'object' && typeof owner !== 'function') || owner === null) return []
  return Reflect.ownKeys(owner).flatMap((key) => {
    const value = functionAt(owner, key)
    return typeof value === 'function' ? [{ name: `${path}.${String(key)}`, owner, key, value }] : []
  })
}
