// The actor of this worker process: the one instance of a user's class that lives here, and its methods. A process that a
// pool keeps for an actor makes it first of all, and serves nothing else.

import type { UserFunction } from '../../functions/contract/udf.ts'
import { WireError } from '../../functions/errors.ts'
import type { ActorMembers } from '../program/actor-members.ts'

let actor: object | undefined

/** A function that makes an instance of the class, keeps it, and returns what can be called on it. */
export function actorMaker(Class: UserFunction, name: string): UserFunction {
  return (...args: unknown[]): ActorMembers => {
    if (actor !== undefined)
      throw new WireError('wire_damaged', `Cannot make "${name}": there is an actor here already`)
    const made: object = Reflect.construct(Class, args)
    actor = made
    return membersOf(made)
  }
}

/** @throws {WireError} `wire_damaged` when there is no actor here. */
export function methodOfActor(method: string, name: string): UserFunction {
  const self = actor
  if (self === undefined) throw new WireError('wire_damaged', `Cannot call "${name}": there is no actor here`)
  // Looked up when it is called: an actor may replace its methods.
  return (...args: unknown[]) => {
    const fn: unknown = Reflect.get(self, method)
    if (typeof fn !== 'function') throw new TypeError(`${name} is not a function`)
    return Reflect.apply(fn, self, args)
  }
}

/** What the instance has besides what every object has; getters are not called. */
function membersOf(instance: object): ActorMembers {
  const methods = new Set<string>()
  const fields = new Set<string>()
  let owner: object | null = instance
  while (owner !== null && owner !== Object.prototype) {
    for (const [key, { value }] of Object.entries(Object.getOwnPropertyDescriptors(owner))) {
      if (key === 'constructor' || methods.has(key) || fields.has(key)) continue
      if (typeof value === 'function') methods.add(key)
      else fields.add(key)
    }
    owner = Object.getPrototypeOf(owner)
  }
  return { methods: [...methods], fields: [...fields] }
}
