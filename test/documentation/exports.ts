// The public exports of a module, read from its source: where each is declared, what its docstring says. It follows
// `export … from`, so that types are found as well as values, and reads whatever stands at the end of the way.

import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Comment, type Node, parseSync } from 'oxc-parser'

/** Something a user can name: an export, or a public member of an exported class. */
export interface Documented {
  /** `DataFrame`, or `DataFrame.select`. */
  readonly name: string
  readonly kind: 'value' | 'type' | 'member'
  readonly file: string
  readonly line: number
  /** What a caller passes, by name; `undefined` stands for one that is taken apart where it is declared. */
  readonly parameters: readonly (string | undefined)[]
  readonly docstring: Docstring | undefined
}

export interface Docstring {
  readonly summary: string
  /** The names after `@param`. */
  readonly parameters: readonly string[]
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

/** All public exports of a module, followed by the public members of the classes among them. */
export function publicExports(file: string): readonly Documented[] {
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
    case 'TSInterfaceDeclaration':
    case 'TSTypeAliasDeclaration':
      return [documented(module, declaration.id.name, 'type', statement.start)]
    case 'FunctionDeclaration':
      return [documented(module, declaration.id?.name ?? '', 'value', statement.start, declaration.params)]
    case 'VariableDeclaration':
      return declaration.declarations.map(({ id }) => {
        if (id.type !== 'Identifier') throw new Error(`${module.file}: constants are exported by their names`)
        return documented(module, id.name, 'value', statement.start)
      })
    case 'ClassDeclaration': {
      const name = declaration.id?.name ?? ''
      return [documented(module, name, 'value', statement.start), ...members(module, name, declaration.body.body)]
    }
    default:
      throw new Error(`${module.file}: cannot read an export of kind ${declaration?.type}`)
  }
}

/** Public members under a name of their own; what a class overrides is explained where it is declared first. */
function members(module: Parsed, className: string, body: readonly Node[]): readonly Documented[] {
  return body.flatMap((member) => {
    if (member.type !== 'MethodDefinition' && member.type !== 'PropertyDefinition') return []
    const { key, computed, accessibility, override, start } = member
    const isPublic = accessibility !== 'private' && accessibility !== 'protected'
    if (computed || key.type !== 'Identifier' || !isPublic || override) return []
    const parameters = member.type === 'MethodDefinition' ? member.value.params : []
    if (key.name === 'constructor' && parameters.length === 0) return []
    return [documented(module, `${className}.${key.name}`, 'member', start, parameters)]
  })
}

function documented(
  module: Parsed,
  name: string,
  kind: Documented['kind'],
  start: number,
  parameters: readonly Node[] = [],
): Documented {
  const before = module.comments.filter(({ end }) => end <= start && module.text.slice(end, start).trim() === '')
  const comment = before.findLast(({ type, value }) => type === 'Block' && value.startsWith('*'))
  return {
    name,
    kind,
    file: module.file,
    line: module.text.slice(0, start).split('\n').length,
    parameters: parameters.map(nameOf),
    docstring: comment === undefined ? undefined : parseDocstring(comment.value),
  }
}

function nameOf(parameter: Node): string | undefined {
  if (parameter.type === 'Identifier') return parameter.name
  if (parameter.type === 'AssignmentPattern') return nameOf(parameter.left)
  if (parameter.type === 'RestElement') return nameOf(parameter.argument)
  return undefined
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
    parameters: bodies('param').map((body) => /^\w+/.exec(body)?.[0] ?? ''),
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
