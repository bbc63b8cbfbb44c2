// The values that stand in a class's text for what is not evaluated again: its superclass, its static #private fields and
// the computed names of its methods.

import type { ClassFacts, ClassSlot } from '../source/class-source.ts'
import type { FunctionInternals } from '../source/inspector.ts'
import type { Environment } from './environment.ts'
import type { GraphNode } from './graph.ts'
import type { Walk } from './walk.ts'

/** A class, what its text says, and what the inspector says. */
interface InspectedClass {
  readonly fn: object
  readonly facts: ClassFacts
  readonly internals: FunctionInternals | undefined
}

/** Adds the slots of a class to its environment; tells whether it has a superclass, which is then the first name. */
export function readClassSlots(
  walk: Walk,
  node: GraphNode,
  { fn, facts, internals }: InspectedClass,
  { names, values }: Environment,
): boolean {
  const { superSlot, slots, eager } = facts
  for (const name of eager) walk.eager.push({ node, name, value: values[names.indexOf(name)] })
  const usedKeys = new Set<string | symbol>()
  for (const slot of slots) {
    names.push(slot.slot)
    if (slot.kind === 'key') values.push(walk.ref(findKey(walk, node, fn, slot, usedKeys), node, 'a member name'))
    else {
      const value = readPrivateField(walk, node, slot.name, internals)
      values.push(value)
      walk.graph.captures.push({ owner: node, name: slot.name, value })
    }
  }
  if (superSlot === undefined) return false
  const parent: unknown = Object.getPrototypeOf(fn)
  names.unshift(superSlot)
  values.unshift(parent === Function.prototype ? null : walk.ref(parent, node, 'extends'))
  return true
}

function readPrivateField(
  walk: Walk,
  node: GraphNode,
  name: string,
  internals: FunctionInternals | undefined,
): unknown {
  if (internals === undefined) {
    walk.refuse('closure_no_inspector', node, `has the static field ${name}, which only automatic capture can read`)
  }
  return walk.ref(internals.privateFields.get(name), node, name)
}

// What the key's expression uses is often not captured at all, but the class has the method under its name.
function findKey(
  walk: Walk,
  node: GraphNode,
  fn: object,
  { isStatic, source }: ClassSlot & { kind: 'key' },
  used: Set<string | symbol>,
): string | symbol {
  const owner: object = isStatic ? fn : Reflect.get(fn, 'prototype')
  const key = Reflect.ownKeys(owner).find((candidate) => {
    const { value, get, set } = Object.getOwnPropertyDescriptor(owner, candidate) ?? {}
    const sources = [value, get, set].filter((member) => typeof member === 'function').map(String)
    return !used.has(candidate) && sources.includes(source)
  })
  if (key === undefined) {
    walk.refuse('closure_computed_key', node, 'computes the name of a method that was removed since; keep the method')
  }
  // A getter and a setter may share a name.
  if (!/^(get|set)\b/.test(source)) used.add(key)
  return key
}
