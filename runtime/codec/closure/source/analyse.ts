// What the source text of a function says: its kind, its free names, and the text that travels. Cached by source text;
// it must never look at values, which can differ between two functions of the same text.

import { type ClassFacts, expectedArguments, prepareClass } from './class-source.ts'
import { applyEdits, offsetOf } from './edit.ts'
import { type FreeNames, findFreeNames, type Surroundings } from './free-names.ts'
import { type FunctionNode, type MemberNode, type ParsedFunction, parseFunction } from './parse.ts'
import type { FreeName } from './scopes.ts'

type FunctionKind = 'function' | 'arrow' | 'class' | 'method' | 'getter' | 'setter'

export interface FunctionFacts {
  readonly kind: FunctionKind
  /** The text that travels: an expression; for methods and accessors, an object literal with that one member. */
  readonly code: string
  /** True when the source is valid strict code. */
  readonly canBeStrict: boolean
  readonly free: readonly FreeName[]
  readonly surroundings: Surroundings
  /** The `length` of the function as written. */
  readonly length: number
  /** The position in `code` that V8 calls the location of the function. */
  readonly location: { readonly line: number; readonly column: number }
  readonly class: ClassFacts | undefined
  /** The same for a function that assigns its own name, if that is the name of a variable around it. */
  readonly asDeclaration: { readonly name: string; readonly facts: FunctionFacts } | undefined
}

const cacheLimit = 4096
const cache = new Map<string, FunctionFacts>()

/**
 * Analyses what Function.prototype.toString returned.
 *
 * @throws {SyntaxError} When it cannot be parsed; native functions must be handled before.
 */
export function analyse(source: string): FunctionFacts {
  let facts = cache.get(source)
  if (facts === undefined) {
    facts = analyseText(source)
    if (cache.size >= cacheLimit) cache.clear()
    cache.set(source, facts)
  }
  return facts
}

function analyseText(source: string): FunctionFacts {
  const parsed = parseFunction(source)
  const { node, member } = parsed
  if (node.type === 'ClassExpression') {
    const { facts, free, code, location, length } = prepareClass(parsed, node, source)
    return createFacts(parsed, { kind: 'class', code, location }, length, free, facts)
  }
  const length = expectedArguments(node.params)
  if (member !== undefined) {
    return createFacts(parsed, prepareMember(parsed, member), length, findFreeNames(node, { isMember: true }))
  }
  const kind = node.type === 'ArrowFunctionExpression' ? 'arrow' : 'function'
  const facts = createFacts(
    parsed,
    { kind, code: source, location: locationOf(parsed, node) },
    length,
    findFreeNames(node),
  )
  return { ...facts, asDeclaration: prepareDeclaration(parsed, node, facts) }
}

/**
 * A declared function may assign its name, which is a variable around it; in an expression the name would be a constant of
 * its own, so it is taken out of the text.
 */
function prepareDeclaration(
  { text, start }: ParsedFunction,
  node: FunctionNode,
  facts: FunctionFacts,
): FunctionFacts['asDeclaration'] {
  if (node.type !== 'FunctionExpression' || !node.id) return undefined
  const { id } = node
  const { names: free, ...surroundings } = findFreeNames(node, { isDeclaration: true })
  if (!free.some(({ name, written }) => name === id.name && written)) return undefined
  const edits = [{ start: id.start, end: id.end, text: ' '.repeat(id.end - id.start) }]
  const code = applyEdits(text, edits).text.slice(start, node.end)
  return { name: id.name, facts: { ...facts, code, free, surroundings } }
}

/** The text that travels, and the offset in it of what V8 calls the location of the function. */
interface PreparedText {
  readonly kind: FunctionKind
  readonly code: string
  readonly location: number
}

function createFacts(
  parsed: ParsedFunction,
  { kind, code, location }: PreparedText,
  length: number,
  { names, ...surroundings }: FreeNames,
  classFacts?: ClassFacts,
): FunctionFacts {
  return {
    kind,
    code,
    canBeStrict: parsed.strict,
    free: names,
    surroundings,
    length,
    location: offsetOf(code, location),
    class: classFacts,
    asDeclaration: undefined,
  }
}

/** A member taken out of its object: a computed or private name is replaced, since its parts do not travel. */
function prepareMember({ text, start }: ParsedFunction, member: MemberNode): PreparedText {
  const { key, value, computed } = member
  const kind = member.kind === 'get' ? 'getter' : member.kind === 'set' ? 'setter' : 'method'
  const replaced = computed || key.type === 'PrivateIdentifier'
  const keyStart = computed ? text.lastIndexOf('[', key.start) : key.start
  const keyEnd = computed ? text.indexOf(']', key.end) + 1 : key.end
  const padding = text.slice(keyStart, keyEnd).replace(/[^\n]/g, '')
  const edited = applyEdits(text, replaced ? [{ start: keyStart, end: keyEnd, text: `"member"${padding}` }] : [])
  const code = `{${edited.text.slice(start, edited.map(member.end))}}`
  return { kind, code, location: edited.map(value.start) - start + 1 }
}

/** V8 calls the opening parenthesis the location of a function, and the start that of an arrow. */
function locationOf({ text, start }: ParsedFunction, node: FunctionNode): number {
  if (node.type === 'ArrowFunctionExpression') return 0
  const from = node.id ? node.id.end : node.start
  return Math.max(0, text.indexOf('(', from) - start)
}
