// The environment of one function: the value of each of its free names, found in its scopes (or in the captures that the
// user named), with imports told apart from variables.

import nodeModule from 'node:module'
import { fileURLToPath } from 'node:url'
import { isObject } from '../globals.ts'
import type { FunctionFacts } from '../source/analyse.ts'
import { type FileImports, readImports } from '../source/imports.ts'
import type { FunctionInternals, ScopeView } from '../source/inspector.ts'
import type { FreeName } from '../source/scopes.ts'
import { originOf } from './global-names.ts'
import type { GraphNode } from './graph.ts'
import { confirmsRequire, importReference } from './references.ts'
import type { Walk } from './walk.ts'

export interface Environment {
  readonly names: string[]
  /** What stands for the values in the record. */
  readonly values: unknown[]
  readonly globals: string[]
}

/** Resolves every free name of a function, or refuses. */
export function readEnvironment(
  walk: Walk,
  node: GraphNode,
  facts: FunctionFacts,
  internals: FunctionInternals | undefined,
) {
  const environment: Environment = { names: [], values: [], globals: [] }
  for (const name of facts.surroundings.globalMembers) isGlobal(walk, node, name)
  for (const free of facts.free) {
    const found = internals === undefined ? readNamed(walk, node, free) : readScoped(walk, node, facts, free, internals)
    if (found === undefined) environment.globals.push(free.name)
    else {
      environment.names.push(free.name)
      environment.values.push(found.operand)
      walk.graph.captures.push({ owner: node, name: free.name, value: found.operand })
    }
  }
  return environment
}

interface Found {
  readonly operand: unknown
}

/** The explicit form: the user named what the root function captures. */
function readNamed(walk: Walk, node: GraphNode, { name, optional }: FreeName): Found | undefined {
  const { captures = {} } = walk.options
  const isRoot = node.parent === undefined
  if (isRoot && Object.hasOwn(captures, name)) return { operand: walk.ref(captures[name], node, name) }
  if (isGlobal(walk, node, name) || optional) return undefined
  if (isRoot) return refuseUnknown(walk, node, name, `add it: { captures: { ${name} } }`)
  return refuseUnknown(walk, node, name, 'captures are named for the shipped function only; pass it as an argument')
}

function readScoped(
  walk: Walk,
  node: GraphNode,
  facts: FunctionFacts,
  free: FreeName,
  internals: FunctionInternals,
): Found | undefined {
  const { name, optional } = free
  const scope = internals.scopes.find(({ description, variables }) => description !== 'Global' && name in variables)
  if (scope === undefined) {
    if (isGlobal(walk, node, name) || optional) return undefined
    if (facts.class?.eager.has(name)) {
      const complaint = `computes the name of a field from "${name}", which only its definition sees; write the name out`
      walk.refuse('closure_computed_key', node, complaint)
    }
    return refuseUnknown(walk, node, name, 'declare it, or import it')
  }
  const file =
    isFileScope(scope, internals) && internals.location ? readImports(internals.location.scriptId) : undefined
  if (file !== undefined) {
    const reference = readImport(walk, node, name, scope, file)
    if (reference !== undefined) {
      if (!file.isModule && mayChange(name, scope, internals)) walk.usesChangingVariable = true
      return { operand: reference }
    }
    if (!file.isModule) refuseModuleObject(walk, node, name, scope, file)
  }
  const value = readVariable(walk, node, name, scope)
  trackSharing(walk, node, free, scope, internals)
  if (isCoverageCounter(name, value)) return { operand: walk.coverage(node, value) }
  if (mayChange(name, scope, internals)) walk.usesChangingVariable = true
  return { operand: walk.ref(value, node, name) }
}

/** Whether a variable may come to have another value; those of a classic script are every script's. */
function mayChange(name: string, { description }: ScopeView, { location }: FunctionInternals): boolean {
  if (location === undefined || !/^(Module|Closure|Block|Catch|Local)\b/.test(description)) return true
  const { assigned } = readImports(location.scriptId)
  return assigned === 'all' || assigned.has(name)
}

function readVariable(walk: Walk, node: GraphNode, name: string, { variables }: ScopeView): unknown {
  try {
    return Reflect.get(variables, name)
  } catch (error) {
    const complaint = `uses "${name}", which is not initialised yet; ship it after the declaration has run`
    return walk.refuse('closure_tdz', node, complaint, error)
  }
}

function readImport(walk: Walk, node: GraphNode, name: string, scope: ScopeView, file: FileImports): unknown {
  noteImports(walk, scope, file)
  const origin = file.locals.get(name)
  if (origin === undefined) return undefined
  const value = peek(scope, name)
  if (origin.kind === 'require' && !confirmsRequire(origin, file.url, value)) return undefined
  const reference = importReference(walk, origin, file.url, node, name)
  if (isObject(value)) walk.remember(value, reference)
  return reference
}

// Whatever a file imports travels by reference wherever it turns up, so that it keeps its identity.
function noteImports(walk: Walk, scope: ScopeView, file: FileImports): void {
  if (scope.description !== 'Module' || walk.files.has(file.url)) return
  walk.files.add(file.url)
  for (const [local, origin] of file.locals) {
    const value = peek(scope, local)
    if (isObject(value) && !walk.imported.has(value)) walk.imported.set(value, { origin, file: file.url })
  }
}

// In CommonJS the variables of a file are those of the function that Node wraps it in.
function isFileScope({ description }: ScopeView, { location, scopes }: FunctionInternals): boolean {
  if (description === 'Module') return true
  if (location === undefined || !description.startsWith('Closure')) return false
  return !scopes.some((scope) => scope.description === 'Module')
}

function refuseModuleObject(walk: Walk, node: GraphNode, name: string, scope: ScopeView, file: FileImports): void {
  const value = peek(scope, name)
  if (!isObject(value) || !/^(require|module|exports)$/.test(name)) return
  if (name === 'require' && 'cache' in value && 'resolve' in value) {
    walk.refuse(
      'closure_require',
      node,
      'uses "require" inside; require the module at the top of the file, or import()',
    )
  }
  const own = name === 'require' ? undefined : nodeModule.createRequire(file.url).cache[toPath(file.url)]
  if (own !== undefined && (value === own || value === own.exports)) {
    walk.refuse('closure_module_object', node, `uses "${name}" of its CommonJS file; keep the value in a const`)
  }
}

function toPath(url: string): string {
  return url.startsWith('file:') ? fileURLToPath(url) : url
}

// V8 does not say whether two functions see the same variable or two of the same name. If any variable of their scopes
// differs in value they are two; otherwise, as soon as one function assigns it, nobody can tell and both are refused.
function trackSharing(
  walk: Walk,
  node: GraphNode,
  free: FreeName,
  scope: ScopeView,
  { fn, location }: FunctionInternals,
): void {
  const key = `${location?.scriptId} ${scope.description} ${free.name}`
  const { writers, readers } = walk.variables.get(key) ?? { writers: [], readers: [] }
  walk.variables.set(key, { writers, readers })
  const others = free.written ? [...writers, ...readers] : writers
  const use = { fn, name: node.step || walk.options.subject.name, variables: scope.variables }
  const clash = others.find((other) => other.fn !== fn && !differ(other.variables, scope.variables))
  if (clash !== undefined) {
    const [writer, reader] = free.written ? [use, clash] : [clash, use]
    const complaint = `shares the variable "${free.name}": "${writer.name}" assigns it and "${reader.name}" uses it; keep it in an object`
    walk.refuse('closure_shared_mutable', node, complaint)
  }
  const list = free.written ? writers : readers
  list.push(use)
}

function differ(left: object, right: object): boolean {
  return Object.keys(left).some((name) => {
    const [a, b] = [peek({ description: '', variables: left }, name), peek({ description: '', variables: right }, name)]
    return !Object.is(a, b)
  })
}

// Coverage tools add counters to every statement. They count for this process only; a worker gets counters that
// nobody reads.
function isCoverageCounter(name: string, value: unknown): value is object {
  return /^cov_[0-9a-z]+$/i.test(name) && typeof value === 'function'
}

/** Whether a worker has a global of that name; refuses one that it has not, or another one. */
function isGlobal(walk: Walk, node: GraphNode, name: string): boolean {
  const origin = originOf(name)
  walk.globals.set(name, origin)
  if (origin === 'added') {
    const complaint = `uses "${name}", a global variable added at run time, which a worker does not have; keep it in a const`
    walk.refuse('closure_user_global', node, complaint)
  }
  if (origin === 'replaced') {
    const complaint = `uses "${name}", a global that was replaced at run time, of which a worker has Node's own; keep it in a const of another name`
    walk.refuse('closure_user_global', node, complaint)
  }
  return origin === 'own'
}

function refuseUnknown(walk: Walk, node: GraphNode, name: string, wayOut: string): never {
  walk.refuse('closure_unresolved', node, `uses "${name}", which is neither captured, imported nor global; ${wayOut}`)
}

function peek({ variables }: ScopeView, name: string): unknown {
  try {
    return Reflect.get(variables, name)
  } catch {
    return undefined
  }
}
