// Functions of a closure, group by group, each group after all that it captures; see plan.ts for how groups are chosen.

import { malformed } from '../errors.ts'
import { functionFlags, functionKinds, groupModes } from '../format.ts'
import type { DecodedClosure } from './decode.ts'
import { cellFactory, extractFunction, type FunctionSpec, jointFactory, singleFactory } from './factories.ts'
import { Ref } from './read-text.ts'
import type { ValueTable } from './value-table.ts'

interface Member extends FunctionSpec {
  readonly index: number
  readonly values: readonly unknown[]
  readonly isDerived: boolean
}

/** Makes every function of a closure and puts it into the value table. */
export function makeFunctions(closure: DecodedClosure, table: ValueTable): void {
  const derived: Member[] = []
  for (const [mode, ...indexes] of closure.groups) {
    const members = indexes.map((index) => readMember(closure, index))
    if (mode === groupModes.joint) makeJoint(closure, table, members)
    else if (mode === groupModes.cells) makeCells(closure, table, members)
    else for (const member of members) makeSingle(closure, table, member)
    derived.push(...members.filter(({ isDerived }) => isDerived))
  }
  for (const member of derived) connectSuperclass(table, member)
}

function makeSingle({ senderMajor }: DecodedClosure, table: ValueTable, member: Member): void {
  const values = member.values.map((value) => table.get(value))
  finish(table, member, singleFactory(member, senderMajor)(...values))
}

function makeJoint({ senderMajor }: DecodedClosure, table: ValueTable, members: readonly Member[]): void {
  const positions = new Map(members.map(({ index }, position) => [index, position]))
  const bindings = new Map<string, number>()
  const parameters = new Map<string, unknown>()
  for (const member of members) {
    for (const [at, name] of member.names.entries()) {
      const value = member.values[at]
      const target = value instanceof Ref ? positions.get(value.index) : undefined
      if (member.isDerived && at === 0) parameters.set(name, superclassOrStandIn(table, value))
      else if (target === undefined) parameters.set(name, table.get(value))
      else bindings.set(name, target)
    }
  }
  const made = jointFactory(members, bindings, [...parameters.keys()], senderMajor)(...parameters.values())
  if (!Array.isArray(made)) throw malformed('a group does not make functions')
  for (const [position, member] of members.entries()) finish(table, member, made[position])
}

function makeCells({ senderMajor }: DecodedClosure, table: ValueTable, members: readonly Member[]): void {
  const setters = members.map((member) => {
    const fixUps = member.names.flatMap((name, at) => (table.has(member.values[at]) ? [] : [{ name, at }]))
    const values = member.values.map((value, at) => {
      if (member.isDerived && at === 0) return superclassOrStandIn(table, value)
      return table.has(value) ? table.get(value) : undefined
    })
    const factory = cellFactory(
      member,
      fixUps.map(({ name }) => name),
      senderMajor,
    )
    const made = factory(...values)
    if (!Array.isArray(made)) throw malformed('a function has no cells')
    finish(table, member, made[0])
    return () => made[1](fixUps.map(({ at }) => table.get(member.values[at])))
  })
  for (const set of setters) set()
}

function finish(table: ValueTable, member: Member, made: unknown): void {
  const fn = extractFunction(made, member.kind)
  const { name } = member
  if (name !== null && Object.getOwnPropertyDescriptor(fn, 'name')?.value !== name) {
    Object.defineProperty(fn, 'name', { value: name, configurable: true })
  }
  table.set(member.index, fn)
}

// A class may be needed by its own superclass; it then starts with a stand-in.
function superclassOrStandIn(table: ValueTable, value: unknown): unknown {
  if (table.has(value)) return table.get(value)
  return class {}
}

function connectSuperclass(table: ValueTable, { index, values }: Member): void {
  const fn = table.get(new Ref(index))
  const superclass = table.get(values[0])
  if (typeof fn !== 'function' || typeof superclass !== 'function' || Object.getPrototypeOf(fn) === superclass) return
  Object.setPrototypeOf(fn, superclass)
  Object.setPrototypeOf(fn.prototype, superclass.prototype)
}

function readMember({ records, files }: DecodedClosure, index: number): Member {
  const [kind, kindIndex, flags, name, code, place, line, column, names, values] = records[index] ?? []
  const areNumbers = [kindIndex, flags, place, line, column].every(Number.isInteger)
  if (kind !== 'f' || !areNumbers || typeof code !== 'string') throw malformed('the record of a function is malformed')
  if (!Array.isArray(names) || !Array.isArray(values) || names.length !== values.length || !names.every(isName)) {
    throw malformed('the captures of a function do not fit together')
  }
  return {
    index,
    kind: functionKinds[Number(kindIndex)] ?? 'function',
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
