// Reads closures through node:inspector: the variables a function sees, and where its code is. One session per thread,
// opened on first use. Nothing of the inspected program is kept: every object group is released before returning, and
// the Debugger domain is on only while a script's name or text is fetched.

import type { Session } from 'node:inspector'

export interface Location {
  readonly scriptId: string
  readonly line: number
  readonly column: number
}

export interface ScopeView {
  /** What V8 calls it: `Module`, `Closure (name)`, `Block`, `Script`, `Global` … */
  readonly description: string
  /** A snapshot of the variables; reading one that is not initialised throws a ReferenceError. */
  readonly variables: object
}

export interface FunctionInternals {
  /** The function itself. */
  readonly fn: object
  readonly location: Location | undefined
  /** Innermost first. */
  readonly scopes: readonly ScopeView[]
  /** Values of static #private fields, by name. */
  readonly privateFields: ReadonlyMap<string, unknown>
  readonly isBound: boolean
}

/** Called when there is no inspector. */
export type RefuseInspector = (complaint: string, cause: unknown) => never

export interface Script {
  readonly url: string
  readonly isModule: boolean
  readonly sourceMapUrl: string
}

interface RemoteObject {
  readonly objectId?: string
  readonly value?: unknown
  readonly unserializableValue?: string
}
interface RemoteProperty {
  readonly name: string
  readonly value?: RemoteObject
}
interface Holder {
  target: unknown
  scopes: { readonly description: string; readonly object: object }[] | undefined
  values: unknown[]
}

const objectGroup = 'volley-closure'
const scripts = new Map<string, Script>()
const holder: Holder = { target: undefined, scopes: undefined, values: [] }
let session: Session | undefined
let holderId = ''

/** Reads what a function has captured. Takes about 50 µs; the result must not be kept, or the function's scopes leak. */
export function inspectFunction(fn: object, refuse: RefuseInspector): FunctionInternals {
  connect(refuse)
  holder.target = fn
  try {
    const { result } = callOnHolder('function () { return this.target }')
    const properties = post<{ internalProperties?: RemoteProperty[]; privateProperties?: RemoteProperty[] }>(
      'Runtime.getProperties',
      { objectId: result.objectId, ownProperties: true },
    )
    const internal = new Map(properties.internalProperties?.map(({ name, value }) => [name, value]))
    const fields = properties.privateProperties?.filter(({ value }) => value !== undefined) ?? []
    return {
      fn,
      location: asLocation(internal.get('[[FunctionLocation]]')?.value),
      scopes: readScopes(internal.get('[[Scopes]]')),
      privateFields: readFields(fields),
      isBound: internal.has('[[TargetFunction]]'),
    }
  } finally {
    holder.target = undefined
    holder.scopes = undefined
    holder.values = []
    post('Runtime.releaseObjectGroup', { objectGroup })
  }
}

/** Whether Node's own files define a function; true as well where there is no inspector to ask. */
export function isNodeFunction(fn: object): boolean {
  try {
    const { location } = inspectFunction(fn, (complaint) => {
      throw new Error(complaint)
    })
    return location === undefined || findScript(location.scriptId).url.startsWith('node:')
  } catch {
    return true
  }
}

/** The file that a script was loaded from. */
export function findScript(scriptId: string): Script {
  if (!scripts.has(scriptId)) withDebugger(() => {})
  return scripts.get(scriptId) ?? { url: '', isModule: false, sourceMapUrl: '' }
}

/** The text of a script as it is executed: without types, with source maps inlined. */
export function readScript(scriptId: string): string {
  return withDebugger(() => post<{ scriptSource: string }>('Debugger.getScriptSource', { scriptId }).scriptSource)
}

function connect(refuse: RefuseInspector): void {
  if (session !== undefined) return
  try {
    const { Session } = process.getBuiltinModule('node:inspector')
    const opened = new Session()
    opened.connect()
    session = opened
    opened.on('Debugger.scriptParsed', ({ params }) => {
      const { scriptId, url, isModule = false, sourceMapURL = '' } = params
      scripts.set(scriptId, { url, isModule, sourceMapUrl: sourceMapURL })
    })
    holderId = findHolder()
  } catch (error) {
    session?.disconnect()
    session = undefined
    const reason = error instanceof Error ? error.message : String(error)
    const wayOut = 'start Node with --allow-inspector, or name what it needs: { captures: { … } }'
    refuse(`cannot be read without node:inspector (${reason}); ${wayOut}`, error)
  }
}

// The session can only be handed an object by way of a global; it exists for the time of one call. What is evaluated there
// sees the globals of Node's own context, which are not ours where a test runner loads this module into another.
function findHolder(): string {
  const key = '__volley_closure_holder__'
  const nodeGlobals: object = process.getBuiltinModule('node:vm').runInThisContext('globalThis')
  Object.defineProperty(nodeGlobals, key, { value: holder, configurable: true })
  try {
    return post<{ result: { objectId: string } }>('Runtime.evaluate', { expression: key }).result.objectId
  } finally {
    Reflect.deleteProperty(nodeGlobals, key)
  }
}

function readScopes(scopes: RemoteObject | undefined): ScopeView[] {
  if (scopes?.objectId === undefined) return []
  post('Runtime.callFunctionOn', {
    objectId: scopes.objectId,
    functionDeclaration: 'function (holder) { holder.scopes = this }',
    arguments: [{ objectId: holderId }],
    objectGroup,
    silent: true,
  })
  return Array.from(holder.scopes ?? [], ({ description, object }) => ({ description, variables: object }))
}

function readFields(fields: readonly RemoteProperty[]): Map<string, unknown> {
  if (fields.length > 0) {
    callOnHolder(
      'function (...values) { this.values = values }',
      fields.map(({ value }) => toArgument(value)),
    )
  }
  return new Map(fields.map(({ name }, position) => [name, holder.values[position]]))
}

function toArgument({ objectId, value, unserializableValue }: RemoteObject = {}): object {
  if (objectId !== undefined) return { objectId }
  return unserializableValue === undefined ? { value } : { unserializableValue }
}

function asLocation(value: unknown): Location | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { scriptId, lineNumber, columnNumber } = value as { scriptId: string; lineNumber: number; columnNumber: number }
  return { scriptId, line: lineNumber, column: columnNumber }
}

function callOnHolder(functionDeclaration: string, callArguments: object[] = []): { result: RemoteObject } {
  return post('Runtime.callFunctionOn', {
    objectId: holderId,
    functionDeclaration,
    arguments: callArguments,
    objectGroup,
    silent: true,
  })
}

function withDebugger<T>(read: () => T): T {
  post('Debugger.enable')
  try {
    post('Debugger.setSkipAllPauses', { skip: true })
    return read()
  } finally {
    post('Debugger.disable')
  }
}

// The inspector answers its own thread before `post` returns.
function post<T>(method: string, parameters: object = {}): T {
  let answer: { error: Error | null; result: unknown } | undefined
  session?.post(method, parameters, (error: Error | null, result: unknown) => {
    answer = { error, result }
  })
  if (answer === undefined) throw new Error('node:inspector does not answer synchronously')
  if (answer.error !== null) throw new Error(`${method}: ${answer.error.message}`, { cause: answer.error })
  return answer.result as T
}
