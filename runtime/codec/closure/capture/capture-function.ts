// Functions and classes: by reference when Node or a package defines them, else by value with their environment.

import { types } from 'node:util'
import { functionFlags, functionKinds, propertyFlags } from '../format.ts'
import { isObject } from '../globals.ts'
import { analyse, type FunctionFacts } from '../source/analyse.ts'
import { readImports } from '../source/imports.ts'
import {
  type FunctionInternals,
  findScript,
  inspectFunction,
  type Location,
  type ScopeView,
} from '../source/inspector.ts'
import { findOriginal, lineFinder } from '../source/locations.ts'
import { spreadLines } from '../source/spread-lines.ts'
import { writeExtras, writeShippedType } from './capture-object.ts'
import { readClassSlots } from './class-slots.ts'
import { readEnvironment } from './environment.ts'
import type { GraphNode, Record } from './graph.ts'
import { referenceRecord } from './graph.ts'
import { findPackageExport, isPackageFile } from './references.ts'
import { refuseSurroundings } from './surroundings.ts'
import type { Walk } from './walk.ts'
import { searchWellKnown } from './well-known.ts'

// biome-ignore lint/complexity/noBannedTypes: any callable
type AnyFunction = Function

/** Writes the record of a function or class, or refuses. */
export function captureFunction(walk: Walk, node: GraphNode, fn: AnyFunction): void {
  if (writeShippedType(walk, node, fn)) return
  const source = Function.prototype.toString.call(fn)
  if (/\{\s*\[native code\]\s*\}$/.test(source)) {
    walk.graph.fillReference(node, captureNative(walk, node, fn))
    return
  }
  const internals = readInternals(walk, node, fn)
  if (internals?.location !== undefined && captureInstalled(walk, node, fn, internals.location)) return

  const facts = withOwnVariable(analyseSource(walk, node, source), internals)
  refuseSurroundings(walk, node, facts)
  const strict = isStrict(fn, facts, internals)
  const environment = readEnvironment(walk, node, facts, internals)
  const derived =
    facts.class !== undefined && readClassSlots(walk, node, { fn, facts: facts.class, internals }, environment)
  const { code, ...position } = locate(walk, facts, internals?.location)
  const flags = (strict ? functionFlags.strict : 0) | (derived ? functionFlags.derived : 0)
  const { names, values, globals } = environment
  const place = [position.place, position.line, position.column]
  node.record = ['f', functionKinds.indexOf(facts.kind), flags, nameOf(fn), code, ...place, names, values]
  node.bytes = source.length + 24
  const written = new Set(facts.free.filter((free) => free.written).map(({ name }) => name))
  const plan = {
    isStrict: strict,
    kind: facts.kind,
    code,
    isDerived: derived,
    names,
    values,
    globals,
    written,
  }
  walk.graph.functions.push({ node, ...plan, ...position })
  writeFunctionExtras(walk, node, fn, facts)
}

/** What a function is, given that it may assign its own name where that is a variable around it. */
function withOwnVariable(facts: FunctionFacts, internals: FunctionInternals | undefined): FunctionFacts {
  const { asDeclaration } = facts
  const isVariable = ({ description, variables }: ScopeView): boolean =>
    description !== 'Global' && asDeclaration !== undefined && asDeclaration.name in variables
  return internals?.scopes.some(isVariable) ? (asDeclaration?.facts ?? facts) : facts
}

function captureNative(walk: Walk, node: GraphNode, fn: AnyFunction): Record {
  const reference = searchWellKnown(fn)
  if (reference !== undefined) return referenceRecord(reference)
  if (types.isProxy(fn)) {
    walk.refuse('closure_unserializable', node, 'is a Proxy, which lives in this process only')
  }
  const name = fn.name || 'anonymous'
  if (name.startsWith('bound ')) {
    const complaint = `is a bound function ("${name}"), which hides what it is bound to; use an arrow function instead`
    walk.refuse('closure_bound', node, complaint)
  }
  const complaint = `is the native function "${name}", which no global and no node: module exports; register it in the worker context and use nativeUdf`
  return walk.refuse('closure_native', node, complaint)
}

function readInternals(walk: Walk, node: GraphNode, fn: AnyFunction): FunctionInternals | undefined {
  if (walk.options.captures !== undefined) return undefined
  return inspectFunction(fn, (complaint, cause) => walk.refuse('closure_no_inspector', node, complaint, cause))
}

/** Functions that come with Node or with a package never travel by value. */
function captureInstalled(walk: Walk, node: GraphNode, fn: AnyFunction, { scriptId }: Location): boolean {
  const script = findScript(scriptId)
  const { url } = script
  if (!url.startsWith('node:') && !isPackageFile(url)) return false
  const reference = searchWellKnown(fn)
  const record = reference === undefined ? findPackageExport(walk, fn, script) : referenceRecord(reference)
  if (record !== undefined) walk.graph.fillReference(node, record)
  else if (url.startsWith('node:')) refuseInternal(walk, node, fn, url)
  else {
    const file = url.replace(/^.*[\\/]node_modules[\\/]/, '')
    const complaint = `is defined by a package (${file}), which does not export it; import it by name, or call it through an export`
    walk.refuse('closure_by_reference', node, complaint)
  }
  return true
}

function refuseInternal(walk: Walk, node: GraphNode, fn: AnyFunction, url: string): never {
  if (fn.name === 'require' && 'cache' in fn && 'resolve' in fn) {
    walk.refuse('closure_require', node, 'is a require function; import the module at the top of the file instead')
  }
  const complaint = `is internal to Node (${url}), which does not export "${fn.name}"; make it inside the function`
  walk.refuse('closure_native', node, complaint)
}

function analyseSource(walk: Walk, node: GraphNode, source: string): FunctionFacts {
  try {
    return analyse(source)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return walk.refuse('closure_syntax', node, `cannot be parsed: ${reason}`, error)
  }
}

// Only sloppy plain functions have an own `caller`; for other kinds the text of the file decides.
function isStrict(fn: AnyFunction, facts: FunctionFacts, internals: FunctionInternals | undefined): boolean {
  if (facts.kind === 'class') return true
  if (Object.hasOwn(fn, 'caller')) return false
  const isPlainFunction = facts.kind === 'function' && Object.hasOwn(fn, 'prototype') && 'constructor' in fn.prototype
  if (isPlainFunction && Object.hasOwn(fn.prototype, 'constructor')) return true
  if (internals?.location === undefined) return facts.canBeStrict
  if (internals.scopes.some(({ description }) => description === 'Module')) return true
  const { scriptId, line, column } = internals.location
  return readImports(scriptId).isStrictAt(line, column)
}

function locate(walk: Walk, facts: FunctionFacts, location: Location | undefined) {
  const { importsDynamically } = facts.surroundings
  if (location === undefined) return { place: -1, line: 0, column: 0, code: facts.code }
  const line = location.line - facts.location.line
  const column = facts.location.line === 0 ? location.column - facts.location.column : 0
  const script = { file: findScript(location.scriptId).url, line, column }
  const original = importsDynamically ? script : findOriginal(location.scriptId, line, Math.max(0, column))
  const place = walk.graph.place(original.file, importsDynamically)
  const findLine = importsDynamically ? undefined : lineFinder(location.scriptId)
  const start = { line, column, originalLine: original.line }
  const code = findLine === undefined ? facts.code : spreadLines(facts.code, start, findLine)
  return { place, line: Math.max(0, original.line), column: Math.max(0, original.column), code }
}

/** Own properties, static members and a changed prototype; what the source text declares comes back by itself. */
function writeFunctionExtras(walk: Walk, node: GraphNode, fn: AnyFunction, facts: FunctionFacts): void {
  const prototype: unknown = Object.getOwnPropertyDescriptor(fn, 'prototype')?.value
  const isOwnPrototype = isObject(prototype) && Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value === fn
  const isDefault = !isObject(prototype) || isOwnPrototype || Reflect.ownKeys(prototype).length === 0
  const parent: unknown = Object.getPrototypeOf(fn)
  const isUsualParent = facts.class !== undefined || isWellKnownParent(parent)
  writeExtras(walk, node, fn, isUsualParent ? true : walk.ref(parent, node, 'prototype'), (key) => {
    if (key === 'name') return typeof fn.name === 'string'
    if (key === 'length') return fn.length === facts.length
    if (key === 'prototype') return isDefault
    return key === 'arguments' || key === 'caller' || isDeclared(fn, key, true, facts)
  })
  writeDeletions(walk, node, fn, true, facts)
  if (isOwnPrototype) writePrototypeExtras(walk, node, prototype, facts)
}

function writePrototypeExtras(walk: Walk, node: GraphNode, prototype: object, facts: FunctionFacts): void {
  const isKnown = (key: string | symbol) => key === 'constructor' || isDeclared(prototype, key, false, facts)
  const parent: unknown = Object.getPrototypeOf(prototype)
  const isUsualParent = facts.class !== undefined || parent === Object.prototype
  const isChanged =
    !isUsualParent || Reflect.ownKeys(prototype).some((key) => !isKnown(key)) || !Object.isExtensible(prototype)
  const missing = missingKeys(prototype, false, facts)
  if (!isChanged && missing.length === 0) return
  const own = walk.nodeOf(prototype, node, 'prototype')
  writeExtras(walk, own, prototype, isUsualParent ? true : walk.ref(parent, own, 'prototype'), isKnown)
  writeDeletions(walk, own, prototype, false, facts)
}

function writeDeletions(walk: Walk, node: GraphNode, owner: object, isStatic: boolean, facts: FunctionFacts): void {
  const missing = missingKeys(owner, isStatic, facts)
  if (missing.length === 0) return
  const record: Record = ['x', node, true, 0]
  for (const key of missing) record.push(key, propertyFlags.deleted, null)
  walk.graph.extras.push(record)
}

function missingKeys(owner: object, isStatic: boolean, { class: facts }: FunctionFacts): string[] {
  const keys = facts?.members.flatMap((member) =>
    member.isStatic === isStatic && member.key !== undefined ? [member.key] : [],
  )
  return [...new Set(keys)].filter((key) => !Object.hasOwn(owner, key))
}

// A member is the declared one when its text is; a member that was replaced has another text.
function isDeclared(owner: object, key: string | symbol, isStatic: boolean, { class: facts }: FunctionFacts): boolean {
  if (facts === undefined) return false
  const descriptor = Object.getOwnPropertyDescriptor(owner, key)
  const functions = [descriptor?.value, descriptor?.get, descriptor?.set].filter((member) => member !== undefined)
  return functions.every((member: unknown) => {
    if (typeof member !== 'function') return false
    const source = Function.prototype.toString.call(member)
    return facts.members.some((member) => {
      return (
        member.isStatic === isStatic && (member.key === undefined || member.key === key) && member.source === source
      )
    })
  })
}

function isWellKnownParent(parent: unknown): boolean {
  return typeof parent === 'function'
    ? parent === Function.prototype
    : isObject(parent) && Object.hasOwn(parent, Symbol.toStringTag)
}

function nameOf(fn: AnyFunction): string | null {
  const name: unknown = Object.getOwnPropertyDescriptor(fn, 'name')?.value
  return typeof name === 'string' ? name : null
}
