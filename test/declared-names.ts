// Every name that the sources declare, read from TypeScript's own syntax trees: variables, parameters, properties, methods,
// types, and the files and folders themselves. Strings, comments and uses of names are not in it, nor is what a package
// calls its exports.

import {
  type Identifier,
  isIdentifier,
  isPrivateIdentifier,
  type Node,
  type PrivateIdentifier,
  type SourceFile,
  SyntaxKind,
} from 'typescript/unstable/ast'
import type { FileSystem } from 'typescript/unstable/fs'
import { API } from 'typescript/unstable/sync'

export interface DeclaredName {
  readonly name: string
  /** Relative to the root. */
  readonly file: string
  /** From 1; 0 for the name of the file or of a folder. */
  readonly line: number
}

const rooms = ['api', 'functions', 'runtime']

/** Instead of the project's own: only these files, and nothing that they import from packages. */
const config = JSON.stringify({
  compilerOptions: { noLib: true, noResolve: true, types: [] },
  include: rooms.map((room) => `${room}/**/*`),
})

/**
 * The names that the TypeScript files of api/, functions/ and runtime/ declare.
 *
 * @param fs - Where files are read. Default: the disk.
 */
export function declaredNames(root: string, fs: FileSystem = {}): DeclaredName[] {
  const configFile = `${root}/tsconfig.json`
  const readFile = (path: string) => (path === configFile ? config : fs.readFile?.(path))
  const api = new API({ cwd: root, fs: { ...fs, readFile } })
  try {
    const [project] = api.updateSnapshot({ openProjects: [configFile] }).getProjects()
    if (project === undefined)
      throw new Error(`Cannot read the sources below "${root}": TypeScript finds no project there`)
    return project.program.getSourceFileNames().flatMap((path) => {
      const source = project.program.getSourceFile(path)
      const file = path.slice(root.length + 1)
      return source === undefined ? [] : [...namesOfPath(file), ...namesOfSource(source, file)]
    })
  } finally {
    api.close()
  }
}

const namesOfPath = (file: string): DeclaredName[] =>
  file.split('/').map((segment) => ({ name: segment.replace(/(\.d)?\.ts$/, ''), file, line: 0 }))

function namesOfSource(source: SourceFile, file: string): DeclaredName[] {
  const names: DeclaredName[] = []
  const lineEnds = Array.from(source.text.matchAll(/\n/g), ({ index }) => index)
  const visit = (node: Node): void => {
    const name = declaredBy(node)
    if (name !== undefined)
      names.push({ name: name.text, file, line: lineEnds.findLastIndex((at) => at < name.end) + 2 })
    node.forEachChild(visit)
  }
  source.forEachChild(visit)
  return names
}

/** Nodes whose name refers to something that is declared elsewhere. */
const references: ReadonlySet<SyntaxKind> = new Set([SyntaxKind.PropertyAccessExpression, SyntaxKind.MetaProperty])

function declaredBy(node: Node): Identifier | PrivateIdentifier | undefined {
  if (references.has(node.kind)) return undefined
  const { name, propertyName } = node as { readonly name?: Node; readonly propertyName?: Node }
  const isSpecifier = node.kind === SyntaxKind.ImportSpecifier || node.kind === SyntaxKind.ExportSpecifier
  if (isSpecifier && propertyName === undefined) return undefined
  return name !== undefined && (isIdentifier(name) || isPrivateIdentifier(name)) ? name : undefined
}
