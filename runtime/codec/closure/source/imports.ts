// What a file imports, and which of its variables change, read from its text as it is executed: local name to specifier and
// export name, for import declarations and for the forms of require that people and compilers write. Cached per script.

import { type AssignedNames, findAssignedNames } from './assigned-names.ts'
import { findScript, readScript } from './inspector.ts'
import type { AnyNode, Program } from './parse.ts'
import { parseProgram } from './parse.ts'

export interface ImportOrigin {
  readonly specifier: string
  /** The name of the export; `*` for the whole module. */
  readonly name: string
  readonly kind: 'import' | 'require'
  /** Compilers wrap what require returns: `star` makes a namespace of it, `default` puts it under `default`. */
  readonly wrap: '' | 'star' | 'default'
  readonly attributes: Readonly<Record<string, string>> | undefined
}

export interface FileImports {
  readonly url: string
  readonly isModule: boolean
  readonly locals: ReadonlyMap<string, ImportOrigin>
  /** True where code is strict. */
  readonly isStrictAt: (line: number, column: number) => boolean
  /** Names of variables that do not keep the value they begin with. */
  readonly assigned: AssignedNames
}

const cacheLimit = 1024
const cache = new Map<string, FileImports>()

/** The imports of the file that a script was loaded from. */
export function readImports(scriptId: string): FileImports {
  let found = cache.get(scriptId)
  if (found === undefined) {
    const { url, isModule } = findScript(scriptId)
    found = { url, isModule, ...parseFile(readScript(scriptId), isModule) }
    if (cache.size >= cacheLimit) cache.clear()
    cache.set(scriptId, found)
  }
  return found
}

function parseFile(text: string, isModule: boolean): Omit<FileImports, 'url' | 'isModule'> {
  let program: Program
  try {
    program = parseProgram(text, isModule)
  } catch {
    // Syntax that the parser does not know yet: its names then count as the file's own.
    return { locals: new Map(), isStrictAt: () => isModule, assigned: 'all' }
  }
  const isStrictAt = isModule ? () => true : createStrictness(text, program)
  const assigned = findAssignedNames(program, isModule || hasDirective(program.body))
  return { locals: collectImports(program), isStrictAt, assigned }
}

function collectImports(program: Program): Map<string, ImportOrigin> {
  const locals = new Map<string, ImportOrigin>()
  for (const statement of program.body.flatMap((node) => [node, ...wrappedStatements(node)])) {
    if (statement.type === 'ImportDeclaration') {
      const attributes = statement.attributes.map(({ key, value }) => [nameOf(key), String(value.value)] as const)
      for (const specifier of statement.specifiers) {
        locals.set(specifier.local.name, {
          specifier: String(statement.source.value),
          name: specifier.type === 'ImportSpecifier' ? nameOf(specifier.imported) : asName(specifier.type),
          kind: 'import',
          wrap: '',
          attributes: attributes.length > 0 ? Object.fromEntries(attributes) : undefined,
        })
      }
    } else if (statement.type === 'VariableDeclaration') {
      for (const { id, init } of statement.declarations) collectRequire(id, init, locals)
    }
  }
  return locals
}

// Bundlers put a whole file into one function that is called at once.
function wrappedStatements(node: AnyNode): AnyNode[] {
  if (node.type !== 'ExpressionStatement' || node.expression.type !== 'CallExpression') return []
  const { callee } = node.expression
  const isFunction = callee.type === 'ArrowFunctionExpression' || callee.type === 'FunctionExpression'
  return isFunction && callee.body.type === 'BlockStatement' ? callee.body.body : []
}

function collectRequire(id: AnyNode, init: AnyNode | null | undefined, locals: Map<string, ImportOrigin>): void {
  if (!init) return
  const member = init.type === 'MemberExpression' && !init.computed ? nameOf(init.property) : undefined
  const outer = init.type === 'MemberExpression' ? init.object : init
  const wrap = wrapOf(outer)
  const call = wrap !== '' && outer.type === 'CallExpression' ? outer.arguments[0] : outer
  const specifier = call ? requiredSpecifier(call) : undefined
  if (specifier === undefined) return
  const origin = (name: string): ImportOrigin => ({ specifier, name, kind: 'require', wrap, attributes: undefined })
  if (id.type === 'Identifier') locals.set(id.name, origin(member ?? '*'))
  if (id.type !== 'ObjectPattern' || member !== undefined) return
  for (const property of id.properties) {
    if (property.type === 'Property' && !property.computed && property.value.type === 'Identifier') {
      locals.set(property.value.name, origin(nameOf(property.key)))
    }
  }
}

function requiredSpecifier(call: AnyNode): string | undefined {
  if (call.type !== 'CallExpression' || call.callee.type !== 'Identifier' || call.callee.name !== 'require') return
  const [argument] = call.arguments
  return argument?.type === 'Literal' && typeof argument.value === 'string' ? argument.value : undefined
}

function wrapOf(node: AnyNode): ImportOrigin['wrap'] {
  const name = node.type === 'CallExpression' && node.callee.type === 'Identifier' ? node.callee.name : ''
  if (/^(__toESM|_interopRequireWildcard|__importStar|_interop_require_wildcard)$/.test(name)) return 'star'
  if (/^(_interopRequireDefault|__importDefault|_interop_require_default)$/.test(name)) return 'default'
  return ''
}

function createStrictness(text: string, program: Program): FileImports['isStrictAt'] {
  if (hasDirective(program.body)) return () => true
  const ranges = findStrictRanges(program)
  if (ranges.length === 0) return () => false
  const lineStarts = [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)]
  return (line, column) => {
    const position = (lineStarts[line] ?? 0) + column
    return ranges.some(({ start, end }) => start <= position && position < end)
  }
}

function findStrictRanges(program: Program): AnyNode[] {
  const found: AnyNode[] = []
  const pending: unknown[] = [program]
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (typeof node !== 'object' || node === null) continue
    if (Array.isArray(node)) pending.push(...node)
    else if ('type' in node) {
      const typed = node as AnyNode
      const isClass = typed.type === 'ClassExpression' || typed.type === 'ClassDeclaration'
      const isStrictBody = 'body' in typed && isBlock(typed.body) && hasDirective(typed.body.body)
      if (isClass || isStrictBody) found.push(typed)
      else pending.push(...Object.values(node))
    }
  }
  return found
}

function isBlock(node: unknown): node is { type: 'BlockStatement'; body: AnyNode[] } {
  return typeof node === 'object' && node !== null && 'type' in node && node.type === 'BlockStatement'
}

function hasDirective(body: readonly AnyNode[]): boolean {
  return body.some((node) => node.type === 'ExpressionStatement' && node.directive === 'use strict')
}

function asName(type: 'ImportDefaultSpecifier' | 'ImportNamespaceSpecifier'): string {
  return type === 'ImportDefaultSpecifier' ? 'default' : '*'
}

function nameOf(node: AnyNode): string {
  if (node.type === 'Identifier' || node.type === 'PrivateIdentifier') return node.name
  return node.type === 'Literal' ? String(node.value) : ''
}
