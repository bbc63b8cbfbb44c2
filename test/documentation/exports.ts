// The public exports of a module, read from its source: where each is declared, what its docstring says. It follows
// `export … from`, so that types are found as well as values, and reads whatever stands at the end of the way.

import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Comment, type Node, parseSync } from 'oxc-parser'

/** Something a user can name: an export, or a public member of an exported class or interface. */
export interface Documented {
  /** `DataFrame`, or `DataFrame.select`. */
  readonly name: string
  readonly kind: 'value' | 'type' | 'method' | 'member' | 'property'
  readonly file: string
  readonly line: number
  /** What a caller passes. */
  readonly parameters: readonly Parameter[]
  /** A property that may be left out. */
  readonly isOptional: boolean
  readonly docstring: Docstring | undefined
}

/** A parameter of a function. */
export interface Parameter {
  /** Its name, unless it is taken apart where it is declared. */
  readonly name?: string
  readonly isOptional: boolean
  /** What it is if it is left out, as the source says; absent for objects of options. */
  readonly initial?: string
}

export interface Docstring {
  readonly summary: string
  /** The texts of `@param`, by name. */
  readonly parameters: ReadonlyMap<string, string>
  /** Whether there is an `@defaultValue`. */
  readonly hasDefault: boolean
  /** Not for users: `@internal`. */
  readonly isInternal: boolean
  /** Whether there is an `@see`. */
  readonly hasSource: boolean
  /** The code of each `@example`. */
  readonly examples: readonly string[]
}

interface Parsed {
  readonly file: string
  readonly text: string
  readonly body: readonly Node[]
  readonly comments: readonly Comment[]
}

/** All public exports of a module, followed by the public members of the classes and interfaces among them. */
export function publicExports(file: string): readonly Documented[] {
  const read = known.get(file) ?? readExports(file)
  known.set(file, read)
  return read
}

/** What was read before: each name asks the modules that lead to it. */
const known = new Map<string, readonly Documented[]>()

function readExports(file: string): readonly Documented[] {
  const module = parse(file)
  return module.body.flatMap((statement) => {
    if (statement.type === 'ExportAllDeclaration') return publicExports(pathOf(file, statement.source.value))
    if (statement.type !== 'ExportNamedDeclaration') return []
    if (statement.declaration !== null) return declared(module, statement)
    const { source } = statement
    if (source === null) throw new Error(`${file}: exports name their module, or stand before a declaration`)
    return statement.specifiers.flatMap(({ local, exported }) => {
      if (local.type !== 'Identifier' || exported.type !== 'Identifier' || local.name !== exported.name)
        throw new Error(`${file}: exports keep their names`)
      return exportNamed(pathOf(file, source.value), local.name)
    })
  })
}

/** An export of a module by its name, wherever it is declared. */
function exportNamed(file: string, name: string): readonly Documented[] {
  const found = publicExports(file).filter((entry) => entry.name === name || entry.name.startsWith(`${name}.`))
  if (found.length === 0) throw new Error(`${file} does not export ${name}`)
  return found
}

function declared(module: Parsed, statement: Node & { type: 'ExportNamedDeclaration' }): readonly Documented[] {
  const { declaration } = statement
  switch (declaration?.type) {
    case 'TSInterfaceDeclaration': {
      const { name } = declaration.id
      const own = documented(module, name, 'type', statement)
      return [own, ...properties(module, name, declaration.body.body)]
    }
    case 'TSTypeAliasDeclaration':
      return [documented(module, declaration.id.name, 'type', statement)]
    case 'FunctionDeclaration':
      return [documented(module, declaration.id?.name ?? '', 'value', statement, declaration.params)]
    case 'VariableDeclaration':
      return declaration.declarations.map(({ id }) => {
        if (id.type !== 'Identifier') throw new Error(`${module.file}: constants are exported by their names`)
        return documented(module, id.name, 'value', statement)
      })
    case 'ClassDeclaration': {
      const name = declaration.id?.name ?? ''
      return [documented(module, name, 'value', statement), ...members(module, name, declaration.body.body)]
    }
    default:
      throw new Error(`${module.file}: cannot read an export of kind ${declaration?.type}`)
  }
}

/** Public members under a name of their own; what a class overrides is explained where it is declared first. */
function members(module: Parsed, className: string, body: readonly Node[]): readonly Documented[] {
  const found = body.flatMap((member) => {
    if (member.type !== 'MethodDefinition' && member.type !== 'PropertyDefinition') return []
    const { key, computed, accessibility, override } = member
    const isPublic = accessibility !== 'private' && accessibility !== 'protected'
    if (computed || key.type !== 'Identifier' || !isPublic || override) return []
    const parameters = member.type === 'MethodDefinition' ? member.value.params : []
    if (key.name === 'constructor' && parameters.length === 0) return []
    const isSignature = member.type === 'MethodDefinition' && member.value.body === null
    const kind = member.type === 'MethodDefinition' && member.kind === 'method' ? 'method' : 'member'
    return [{ isSignature, ...documented(module, `${className}.${key.name}`, kind, member, parameters) }]
  })
  // Of a method with overloads, callers see the signatures alone.
  const overloaded = found.filter(({ isSignature }) => isSignature).map(({ name }) => name)
  return found.filter(({ name, isSignature, docstring }) => {
    return docstring?.isInternal !== true && (isSignature || !overloaded.includes(name))
  })
}

function properties(module: Parsed, typeName: string, body: readonly Node[]): readonly Documented[] {
  return body.flatMap((member) => {
    if (member.type !== 'TSPropertySignature' && member.type !== 'TSMethodSignature') return []
    if (member.computed || member.key.type !== 'Identifier') return []
    return [documented(module, `${typeName}.${member.key.name}`, 'property', member)]
  })
}

function documented(
  module: Parsed,
  name: string,
  kind: Documented['kind'],
  node: Node,
  parameters: readonly Node[] = [],
): Documented {
  const { start } = node
  const between = (end: number): string => module.text.slice(end, start).replace(/^\s*\/\/.*$/gm, '')
  const before = module.comments.filter(({ end }) => end <= start && between(end).trim() === '')
  const comment = before.findLast(({ type, value }) => type === 'Block' && value.startsWith('*'))
  return {
    name,
    kind,
    file: module.file,
    line: module.text.slice(0, start).split('\n').length,
    parameters: parameters.map((parameter) => parameterOf(module, parameter)),
    isOptional: isOptional(node),
    docstring: comment === undefined ? undefined : parseDocstring(comment.value),
  }
}

const isOptional = (node: Node): boolean => 'optional' in node && Boolean(node.optional)

function parameterOf(module: Parsed, node: Node): Parameter {
  if (node.type === 'Identifier') return { name: node.name, isOptional: isOptional(node) }
  if (node.type === 'RestElement') return parameterOf(module, node.argument)
  if (node.type !== 'AssignmentPattern') return { isOptional: false }
  const { start, end } = node.right
  const initial = module.text.slice(start, end)
  return { ...parameterOf(module, node.left), isOptional: true, ...(initial === '{}' ? {} : { initial }) }
}

function parseDocstring(comment: string): Docstring {
  const text = comment.replace(/^\s*\*? ?/gm, '').trim()
  const [summary = '', ...tags] = `\n${text}`.split(/^(?=@\w)/m)
  const bodies = (tag: string): readonly string[] =>
    tags
      .filter((part) => part.startsWith(`@${tag} `) || part.startsWith(`@${tag}\n`))
      .map((part) => part.slice(tag.length + 2))
  return {
    summary: summary.trim(),
    parameters: new Map(bodies('param').map((body) => [/^\w+/.exec(body)?.[0] ?? '', body])),
    hasDefault: bodies('defaultValue').length > 0,
    isInternal: tags.some((tag) => tag.startsWith('@internal')),
    hasSource: bodies('see').length > 0,
    examples: bodies('example').map((body) => body.trim()),
  }
}

function parse(file: string): Parsed {
  const text = readFileSync(file, 'utf8')
  const { program, comments, errors } = parseSync(file, text)
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`)
  return { file, text, body: program.body, comments }
}

const pathOf = (file: string, specifier: string): string => join(dirname(file), specifier)
