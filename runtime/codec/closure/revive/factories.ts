// Source text to functions. Each group of functions has a factory whose parameters are what they capture; the factory's
// code says where the functions were written, so that stack traces name the user's file. Compiled factories are kept.

import vm from 'node:vm'
import { ShippingError } from '../../../../functions/errors.ts'
import { malformed } from '../errors.ts'

export interface FunctionSpec {
  readonly kind: string
  readonly isStrict: boolean
  readonly name: string | null
  readonly code: string
  readonly file: string
  readonly line: number
  readonly column: number
  readonly names: readonly string[]
}

/** A factory, as compiled: takes values, gives functions. */
export type Factory = (...values: unknown[]) => unknown

const cacheLimit = 2048
const maxLineGap = 1_000_000
const compiled = new Map<string, Factory>()

/** `(a, b) => function`, for a function that does not need itself. */
export function singleFactory(spec: FunctionSpec, senderMajor: number): Factory {
  const before = `(function(${spec.names}){${directive(spec)}return (`
  return compile(`${before}${spec.code}\n)})`, before.length, spec, senderMajor)
}

/** `(a, b) => [function, setter]`: the setter supplies what could not be made before it. */
export function cellFactory(spec: FunctionSpec, fixUps: readonly string[], senderMajor: number): Factory {
  let parameter = '$fixUps'
  while (spec.names.includes(parameter)) parameter += '$'
  const before = `(function(${spec.names}){${directive(spec)}return [(`
  return compile(
    `${before}${spec.code}\n),${parameter}=>{[${fixUps}]=${parameter}}]})`,
    before.length,
    spec,
    senderMajor,
  )
}

/** `(a, b) => [functions]`, for functions that need each other: `bindings` says under which names. */
export function jointFactory(
  specs: readonly FunctionSpec[],
  bindings: ReadonlyMap<string, number>,
  parameters: readonly string[],
  senderMajor: number,
): Factory {
  const [first] = specs
  if (first === undefined) throw malformed('a group of functions is empty')
  const names = specs.map((_, member) => [...bindings].filter(([, target]) => target === member).map(([name]) => name))
  let unnamed = '$member'
  while (specs.some(({ code }) => code.includes(unnamed))) unnamed += '$'
  let source = `(function(${parameters}){${directive(first)}`
  let prefix = 0
  let line = first.line
  for (const [member, { code, line: ownLine, column }] of specs.entries()) {
    const [own = `${unnamed}${member}`, ...aliases] = names[member] ?? []
    const gap = Math.max(0, ownLine - line)
    if (gap > maxLineGap) throw malformed('a group of functions contradicts itself')
    source += `${'\n'.repeat(gap)}const ${own}=(`
    if (member === 0) prefix = source.length
    else if (gap > 0) source += padding(column - own.length - 'const =('.length)
    source += `${code}\n)${aliases.map((alias) => `,${alias}=${own}`).join('')};`
    line += gap + code.split('\n').length
  }
  return compile(
    `${source}return [${names.map(([own], member) => own ?? `${unnamed}${member}`)}]})`,
    prefix,
    first,
    senderMajor,
  )
}

/** The function inside what a factory made: members come inside an object of their own. */
export function extractFunction(made: unknown, kind: string): object {
  let found: unknown = made
  if (kind === 'getter' || kind === 'setter') {
    const [key = ''] = Reflect.ownKeys(Object(made))
    found = Object.getOwnPropertyDescriptor(made, key)?.[kind === 'getter' ? 'get' : 'set']
  }
  if (kind === 'method') found = Reflect.get(Object(made), Reflect.ownKeys(Object(made))[0] ?? '')
  if (typeof found !== 'function') throw malformed('the text of a function is not a function')
  return found
}

// Moves code to the column where it was written, so that stack traces name it.
function padding(columns: number): string {
  return ' '.repeat(Math.max(0, Math.min(columns, 1000)))
}

function directive({ isStrict }: FunctionSpec): string {
  return isStrict ? '"use strict";' : ''
}

// `prefix` is the number of characters before the user's code.
function compile(source: string, prefix: number, spec: FunctionSpec, senderMajor: number): Factory {
  const filename = spec.file === '' ? `volley:${spec.name ?? 'anonymous'}` : spec.file
  const key = `${filename}:${spec.line}:${spec.column}:${source}`
  let factory = compiled.get(key)
  if (factory === undefined) {
    factory = run(source, filename, spec.line, spec.column - prefix, senderMajor)
    if (compiled.size >= cacheLimit) compiled.clear()
    compiled.set(key, factory)
  }
  return factory
}

function run(source: string, filename: string, lineOffset: number, columnOffset: number, senderMajor: number): Factory {
  try {
    // Node warns that the loader option is experimental, so it is used for code that needs it only.
    const loader = /\bimport\b/.test(source)
      ? { importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER }
      : {}
    const script = new vm.Script(source, { filename, lineOffset, columnOffset, ...loader })
    return script.runInThisContext() as Factory
  } catch (error) {
    const here = Number.parseInt(process.versions.node, 10)
    const older = senderMajor > here ? `; it was sent by Node ${senderMajor}, this is Node ${here}` : ''
    const reason = error instanceof Error ? error.message : String(error)
    throw new ShippingError('closure_syntax', `Cannot revive a function of ${filename}: ${reason}${older}`, {
      cause: error,
    })
  }
}
