// Functions of a closure, group by group, each group after all that it captures; see plan.ts for how groups are chosen.

import { malformed } from '../errors.ts'
import { functionFlags, functionKinds, groupModes } from '../format.ts'
import type { DecodedClosure } from './decode.ts'
import { cellFactory, extractFunction, type FunctionSpec, jointFactory, singleFactory } from './factories.ts'
import { Ref } from './read-text.ts'
import type { Materials } from './values.ts'

interface Member extends FunctionSpec {
  readonly index: number
  readonly values: readonly unknown[]
  readonly isDerived: boolean
}

/** Makes every function of a closure and puts it among the materials. */
export function makeFunctions(closure: DecodedClosure, materials: Materials): void {
  const derived: Member[] = []
  for (const [mode, ...indexes] of closure.groups) {
    const members = indexes.map((index) => readMember(closure, index))
    if (mode === groupModes.joint) makeJoint(closure, materials, members)
    else if (mode === groupModes.cells) makeCells(closure, materials, members)
    else for (const member of members) makeSingle(closure, materials, member)
    derived.push(...members.filter(({ isDerived }) => isDerived))
  }
  for (const member of derived) connectSuperclass(materials, member)
}

function makeSingle({ senderMajor }: DecodedClosure, materials: Materials, member: Member): void {
  const values = member.values.map((value) => materials.get(value))
  finish(materials, member, singleFactory(member, senderMajor)(...values))
}

function makeJoint({ senderMajor }: DecodedClosure, materials: Materials, members: readonly Member[]): void {
  const positions = new Map(members.map(({ index }, position) => [index, position]))
  const bindings = new Map<string, number>()
  const parameters = new Map<string, unknown>()
  for (const member of members) {
    for (const [at, name] of member.names.entries()) {
      const value = member.values[at]
      const target = value instanceof Ref ? positions.get(value.index) : undefined
      if (member.isDerived && at === 0) parameters.set(name, superclassOrStandIn(materials, value))
      else if (target === undefined) parameters.set(name, materials.get(value))
      else bindings.set(name, target)
    }
  }
  const made = jointFactory(members, bindings, [...parameters.keys()], senderMajor)(...parameters.values())
  if (!Array.isArray(made)) throw malformed('a group of functions is not one')
  for (const [position, member] of members.entries()) finish(materials, member, made[position])
}

function makeCells({ senderMajor }: DecodedClosure, materials: Materials, members: readonly Member[]): void {
  const setters = members.map((member) => {
    const late = member.names.flatMap((name, at) => (materials.has(member.values[at]) ? [] : [{ name, at }]))
    const values = member.values.map((value, at) => {
      if (member.isDerived && at === 0) return superclassOrStandIn(materials, value)
      return materials.has(value) ? materials.get(value) : undefined
    })
    const factory = cellFactory(
      member,
      late.map(({ name }) => name),
      senderMajor,
    )
    const made = factory(...values)
    if (!Array.isArray(made)) throw malformed('a function with cells is not one')
    finish(materials, member, made[0])
    return () => made[1](late.map(({ at }) => materials.get(member.values[at])))
  })
  for (const set of setters) set()
}

function finish(materials: Materials, member: Member, made: unknown): void {
  const fn = extractFunction(made, member.kind)
  const { name } = member
  if (name !== null && Object.getOwnPropertyDescriptor(fn, 'name')?.value !== name) {
    Object.defineProperty(fn, 'name', { value: name, configurable: true })
  }
  materials.set(member.index, fn)
}

// A class may be needed by its own superclass; it then starts with a stand-in.
function superclassOrStandIn(materials: Materials, value: unknown): unknown {
  if (materials.has(value)) return materials.get(value)
  return class {}
}

function connectSuperclass(materials: Materials, { index, values }: Member): void {
  const fn = materials.get(new Ref(index))
  const superclass = materials.get(values[0])
  if (typeof fn !== 'function' || typeof superclass !== 'function' || Object.getPrototypeOf(fn) === superclass) return
  Object.setPrototypeOf(fn, superclass)
  Object.setPrototypeOf(fn.prototype, superclass.prototype)
}

function readMember({ records, files }: DecodedClosure, index: number): Member {
  const [kind, form, flags, name, code, place, line, column, names, values] = records[index] ?? []
  const isNumbers = [form, flags, place, line, column].every(Number.isInteger)
  if (kind !== 'f' || !isNumbers || typeof code !== 'string') throw malformed('a function is not one')
  if (!Array.isArray(names) || !Array.isArray(values) || names.length !== values.length || !names.every(isName)) {
    throw malformed('the captures of a function are not a table')
  }
  return {
    index,
    kind: functionKinds[Number(form)] ?? 'function',
    isStrict: (Number(flags) & functionFlags.strict) !== 0,
    isDerived: (Number(flags) & functionFlags.derived) !== 0,
    name: typeof name === 'string' ? name : null,
    code,
    file: files[Number(place)] ?? '',
    line: Number(line),
    column: Number(column),
    names,
    values,
  }
}

function isName(name: unknown): name is string {
  return typeof name === 'string' && /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u.test(name)
}
