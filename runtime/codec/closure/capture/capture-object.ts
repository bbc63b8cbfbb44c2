// Objects: plain ones, built-in kinds, instances of classes, and whatever else an object can carry: accessors, symbols as
// keys, a prototype of its own, being frozen.

import { types } from 'node:util'
import { withArticle } from '../../../../functions/article.ts'
import { integrityLevels, propertyFlags } from '../format.ts'
import type { ShippedType } from '../shipped-type.ts'
import { analyse } from '../source/analyse.ts'
import { ownKeysBesideElements } from './extra-keys.ts'
import { isGlobalName } from './global-names.ts'
import type { GraphNode, Record } from './graph.ts'
import { findRequiredPackage } from './references.ts'
import { findKind, isPlain, type Kind, processBoundName } from './special.ts'
import type { Walk } from './walk.ts'
import { findWellKnown } from './well-known.ts'

/** Writes the record of an object, or refuses. */
export function captureObject(walk: Walk, node: GraphNode, value: object): void {
  const plain = isPlain(value)
  // What a variable holds may be a package as `require` gave it; what other objects hold is not looked up.
  const required = plain && node.parent?.record[0] === 'f' ? findRequiredPackage(walk, value) : undefined
  if (required !== undefined) {
    walk.graph.fillReference(node, required)
    return
  }
  if (!plain && writeShippedType(walk, node, value)) return
  if (writePrototypeOfFunction(walk, node, value)) return
  const kind = plain || types.isProxy(value) ? undefined : findKind(value)
  if (kind !== undefined) writeKind(walk, node, value, kind)
  else {
    if (!plain) refuseForeign(walk, node, value)
    writeProperties(walk, node, value, plain)
  }
}

function refuseForeign(walk: Walk, node: GraphNode, value: object): void {
  if (types.isModuleNamespaceObject(value)) {
    walk.refuse(
      'closure_by_reference',
      node,
      'is a module that was loaded dynamically; import it at the top of the file',
    )
  }
  const bound = processBoundName(value)
  if (bound !== undefined) refuseProcessBound(walk, node, bound)
}

/** Writes a value of a type that another part of the library ships. */
export function writeShippedType(walk: Walk, node: GraphNode, value: object): boolean {
  const type = walk.options.types.find((candidate) => candidate.is(value))
  if (type === undefined) return false
  const data = encodeShipped(walk, node, type, value)
  if (data instanceof Uint8Array) {
    node.record = ['T', type.name, walk.graph.attach(data)]
    node.bytes = data.byteLength
  } else node.record = ['t', type.name, data]
  return true
}

/** One entry per own property that is unusual, or that `skips` does not cover. */
export function writeExtras(
  walk: Walk,
  node: GraphNode,
  value: object,
  prototype: unknown,
  skips: (key: string | symbol) => boolean,
): void {
  const record: Record = ['x', node, prototype, integrityOf(value)]
  for (const key of ownKeys(walk, node, value, prototype === true)) {
    if (!skips(key)) writeProperty(walk, node, record, value, key)
  }
  if (record.length > 4 || prototype !== true || record[3] !== integrityLevels.extensible)
    walk.graph.extras.push(record)
}

function ownKeys(walk: Walk, node: GraphNode, value: object, isBuiltin: boolean): readonly (string | symbol)[] {
  try {
    return ownKeysBesideElements(value, isBuiltin)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    const complaint = 'has more elements than can be listed beside its own properties; ship its buffer instead'
    return walk.refuse('closure_too_large', node, complaint, error)
  }
}

function writeProperty(walk: Walk, node: GraphNode, record: Record, owner: object, key: string | symbol): void {
  const descriptor = Object.getOwnPropertyDescriptor(owner, key)
  if (descriptor === undefined) return
  const step = String(key)
  const flags =
    (descriptor.writable ? propertyFlags.writable : 0) |
    (descriptor.enumerable ? propertyFlags.enumerable : 0) |
    (descriptor.configurable ? propertyFlags.configurable : 0)
  record.push(walk.ref(key, node, step))
  if ('value' in descriptor) record.push(flags, walk.ref(descriptor.value, node, step))
  else {
    const { get, set } = descriptor
    record.push(flags | propertyFlags.accessor, walk.ref(get, node, `get ${step}`), walk.ref(set, node, `set ${step}`))
  }
  node.bytes += step.length + 12
}

function encodeShipped(walk: Walk, node: GraphNode, type: ShippedType, value: object): unknown {
  try {
    return type.encode(value)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return walk.refuse('closure_unserializable', node, `cannot be encoded as ${type.name}: ${reason}`, error)
  }
}

function writeKind(walk: Walk, node: GraphNode, value: object, kind: Kind): void {
  kind.write(walk, node)
  const prototype: unknown = Object.getPrototypeOf(value)
  const isUsual =
    prototype === kind.prototype || (kind.prototype === null && ArrayBuffer.isView(value) && isBuiltin(prototype))
  if (!isUsual) checkPrototypes(walk, node, value)
  writeExtras(walk, node, value, isUsual ? true : walk.ref(prototype, node, 'prototype'), (key) => kind.covers(key))
}

function writeProperties(walk: Walk, node: GraphNode, value: object, plain: boolean): void {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (!plain) checkPrototypes(walk, node, value)
  const simple = simpleEntries(value)
  const record: Record = [prototype === null ? 'n' : 'o']
  node.record = record
  node.bytes = 8
  for (let at = 0; simple !== undefined && at < simple.length; at += 2) {
    const key = String(simple[at])
    record.push(key, walk.ref(simple[at + 1], node, key))
    node.bytes += key.length + 8
  }
  const prototypeOperand = plain ? true : walk.ref(prototype, node, 'prototype')
  if (simple === undefined) writeExtras(walk, node, value, prototypeOperand, () => false)
  else if (!plain || !Object.isExtensible(value)) writeExtras(walk, node, value, prototypeOperand, () => true)
}

// Keys and values, in turn, of an object whose properties are all ordinary; a frozen one counts too, since freezing comes last.
function simpleEntries(value: object): unknown[] | undefined {
  const frozen = Object.isFrozen(value)
  const entries: unknown[] = []
  for (const key of Reflect.ownKeys(value)) {
    const property = Object.getOwnPropertyDescriptor(value, key)
    if (typeof key !== 'string' || property === undefined || !('value' in property) || !property.enumerable) return
    if (!frozen && !(property.writable && property.configurable)) return
    entries.push(key, property.value)
  }
  return entries
}

// The prototype of a class or function by value is made together with it.
function writePrototypeOfFunction(walk: Walk, node: GraphNode, value: object): boolean {
  const owner: unknown = Object.getOwnPropertyDescriptor(value, 'constructor')?.value
  if (typeof owner !== 'function' || Object.getOwnPropertyDescriptor(owner, 'prototype')?.value !== value) return false
  node.record = ['p', walk.nodeOf(owner, node, 'constructor')]
  node.bytes = 8
  return true
}

const shippablePrototypes =
  /^(Object|Array|Map|Set|Date|RegExp|Error|\w+Error|Function|ArrayBuffer|DataView|\w+Array|Buffer|Number|String|Boolean|BigInt|Symbol|URL|URLSearchParams)$/

// Every class on the way up must be one whose instances are their own properties, or a built-in kind.
function checkPrototypes(walk: Walk, node: GraphNode, value: object): void {
  for (let prototype = Object.getPrototypeOf(value); prototype !== null; prototype = Object.getPrototypeOf(prototype)) {
    const verdict = walk.verdicts.get(prototype) ?? judgePrototype(prototype)
    walk.verdicts.set(prototype, verdict)
    if (verdict === 'private') {
      const complaint = `is an instance of ${nameOf(prototype)}, whose #private state cannot be read; ship what builds it`
      walk.refuse('closure_private_state', node, complaint)
    }
    if (verdict === 'process') refuseProcessBound(walk, node, withArticle(nameOf(prototype)))
    if (verdict === 'builtin') return
  }
}

function judgePrototype(prototype: object): 'fine' | 'builtin' | 'private' | 'process' {
  const known = findWellKnown(prototype)
  const name = known?.kind === 'global' ? (known.path[0] ?? '') : ''
  if (known !== undefined) return shippablePrototypes.test(name) || name === '%TypedArray%' ? 'builtin' : 'process'
  const owner: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value
  if (typeof owner !== 'function') return 'fine'
  if (findWellKnown(owner) !== undefined || isGlobalClass(owner.name, owner)) return 'process'
  const source = Function.prototype.toString.call(owner)
  if (/\{\s*\[native code\]\s*\}$/.test(source)) return 'process'
  return analyseQuietly(source) ? 'private' : 'fine'
}

// Web classes are not indexed, because looking at them all would load them all; this looks at one that is loaded.
function isGlobalClass(name: string, owner: unknown): boolean {
  return isGlobalName(name) && Reflect.get(globalThis, name) === owner
}

function analyseQuietly(source: string): boolean {
  if (!source.includes('#')) return false
  try {
    return analyse(source).class?.hasPrivateInstances ?? false
  } catch {
    return false
  }
}

function isBuiltin(prototype: unknown): boolean {
  return typeof prototype === 'object' && prototype !== null && findWellKnown(prototype) !== undefined
}

function refuseProcessBound(walk: Walk, node: GraphNode, what: string): never {
  walk.refuse(
    'closure_unserializable',
    node,
    `is ${what}, which lives in this process only; make it inside the function`,
  )
}

function integrityOf(value: object): number {
  if (Object.isExtensible(value)) return integrityLevels.extensible
  if (Object.isFrozen(value)) return integrityLevels.frozen
  return Object.isSealed(value) ? integrityLevels.sealed : integrityLevels.closed
}

function nameOf(prototype: object): string {
  const owner: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value
  return (typeof owner === 'function' && owner.name) || 'native object'
}
