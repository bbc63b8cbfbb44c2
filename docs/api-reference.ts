// Writes docs/reference/api/: a page for each module of docs/subjects/, made by TypeDoc from the docstrings, and an index
// that names everything. TypeDoc needs TypeScript's JavaScript API, which TypeScript 7 does not have; so docs/ is a
// workspace of its own, whose package.json brings another TypeScript.

import { fileURLToPath } from 'node:url'
import {
  Application,
  Comment,
  type CommentDisplayPart,
  type CommentTag,
  Converter,
  type DeclarationReflection,
  PageEvent,
  type ProjectReflection,
  type Reflection,
  ReflectionKind,
  type TypeDocOptions,
} from 'typedoc'
import { load, type PluginOptions } from 'typedoc-plugin-markdown'
import { errorCategories } from '../functions/errors.ts'

/** The pages, in the order of the index. */
const subjects = [
  'session',
  'dataframe',
  'writing',
  'arrow',
  'expressions',
  'functions',
  'types',
  'user-defined-functions',
  'shipping',
  'pool',
  'backends',
  'errors',
  'server',
  'client',
]

const pathOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

const markdownOptions: Partial<PluginOptions> = {
  hideBreadcrumbs: true,
  hidePageHeader: true,
  useCodeBlocks: true,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  classPropertiesFormat: 'table',
  typeAliasPropertiesFormat: 'table',
  typeDeclarationFormat: 'table',
  tableColumnSettings: { hideInherited: true, hideModifiers: true, hideOverrides: true },
}

/** What signatures name and pages leave out: how expressions and built-ins look inside, and contracts between rooms. */
const inner = [
  'functions/arrow/convert.ts:Class',
  'functions/catalogue/builder-names.ts:Builders',
  'functions/contract/aggregate.ts:AggregateFunction',
  'functions/contract/scalar.ts:ScalarFunction',
  'functions/contract/udf.ts:AggregateUdf',
  'functions/contract/udf.ts:ScalarUdf',
  'functions/contract/udf.ts:TableUdf',
  'functions/contract/udf.ts:Udf',
  'functions/contract/udf.ts:WindowUdf',
  'functions/contract/window.ts:WindowFunction',
  'functions/errors.ts:errorCategories',
  'functions/expr/node.ts:CaseNode',
  'functions/expr/node.ts:ExprNode',
  'functions/expr/node.ts:LiteralNode',
  'functions/expr/node.ts:SortNode',
  'functions/types/js-values.ts:Anything',
  'functions/types/js-values.ts:ArgumentOfType',
  'functions/types/js-values.ts:Constants',
  'functions/types/js-values.ts:Int64Of',
  'functions/types/js-values.ts:IsNullable',
  'functions/types/js-values.ts:Literals',
  'functions/types/js-values.ts:Plain',
  'functions/types/js-values.ts:ResultOfType',
  'functions/types/js-values.ts:TypeOf',
  'functions/types/type.ts:AsField',
  'functions/types/type.ts:FieldsOf',
  'functions/udf/function-types.ts:Columns',
  'functions/udf/function-types.ts:IsTuple',
  'functions/udf/function-types.ts:NotAPromise',
  'functions/udf/function-types.ts:Row',
  'functions/udf/function-types.ts:StateColumns',
  'functions/udf/function-types.ts:TableItems',
  'functions/udf/function-types.ts:VectorResult',
  'functions/udf/function-types.ts:Vectors',
  'runtime/dataframe.ts:DataFrameHost',
  'runtime/program/program.ts:NamedNode',
  'runtime/source/source.ts:FormatOptions',
]

/**
 * Writes the pages.
 *
 * @param directory - What was in it before is deleted.
 * @throws {Error} When something public has no docstring, or refers to what is not public. Which, is printed.
 */
export async function writeApiReference(directory: string): Promise<void> {
  const options: TypeDocOptions & Partial<PluginOptions> = {
    ...markdownOptions,
    plugin: [load],
    entryPoints: subjects.map((name) => pathOf(`subjects/${name}.ts`)),
    sortEntryPoints: false,
    tsconfig: pathOf('subjects/tsconfig.json'),
    out: directory,
    router: 'module',
    readme: 'none',
    logLevel: 'Warn',
    // Lines change with every edit, and tsc checks types.
    disableSources: true,
    skipErrorChecking: true,
    excludeInternal: true,
    intentionallyNotExported: inner,
    preservedTypeAnnotationTags: ['@throws'],
    // Defaults are words as often as code.
    jsDocCompatibility: { defaultTag: false },
    groupOrder: ['Classes', 'Functions', 'Variables', 'Interfaces', 'Type Aliases'],
    packagesRequiringDocumentation: ['volley', 'volley-docs'],
    requiredToBeDocumented: [
      ...['Module', 'Class', 'Interface', 'TypeAlias', 'Function', 'Variable'],
      ...['Property', 'Method', 'Accessor'],
    ] as NonNullable<TypeDocOptions['requiredToBeDocumented']>,
  }
  const app = await Application.bootstrapWithPlugins(options)
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    project.name = 'API reference'
    // What the pages name belongs to the package itself, not to the workspace that the tool is installed in.
    project.packageName = 'volley'
    removeInherited(project)
  })
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => improveComments(project))
  app.renderer.on(PageEvent.END, (page) => {
    // The tools' words for what has no default, required or not, and for `typeof import('apache-arrow')`.
    page.contents = (page.contents ?? '')
      .replaceAll('| `undefined` |', '| |')
      .replaceAll('| `__module` |', '| `apache-arrow` |')
    if (page.model === page.project) page.contents = indexOf(app, page.project)
  })
  const project = await app.convert()
  if (project !== undefined) {
    app.validate(project)
    await app.generateOutputs(project)
  }
  if (app.logger.hasErrors() || app.logger.hasWarnings()) throw new Error('The docstrings are not complete: see above')
}

/** What a class inherits is explained where it is declared. Options are listed in full. */
function removeInherited(project: ProjectReflection): void {
  for (const member of project.getReflectionsByKind(ReflectionKind.ClassMember)) {
    if (member.flags.isInherited && member.parent?.kindOf(ReflectionKind.Class)) project.removeReflection(member)
  }
}

/** Links and lists, where docstrings have paths, codes and the classes of errors. */
function improveComments(project: ProjectReflection): void {
  for (const { comment } of Object.values(project.reflections)) {
    if (comment === undefined) continue
    comment.summary = comment.summary.map(linkPaths)
    for (const tag of comment.blockTags) tag.content = tag.content.map(linkPaths)
    listErrors(comment, project)
  }
}

const textPart = (text: string): CommentDisplayPart => ({ kind: 'text', text })

/** Pages are named by their path from the root; the reference stands three folders below it. */
const linkPaths = (part: CommentDisplayPart): CommentDisplayPart =>
  part.kind === 'text'
    ? textPart(part.text.replace(/\b(docs\/|README)[\w./#-]*\w/g, (path) => `[${path}](../../../${path})`))
    : part

/** All that is thrown as one list. */
function listErrors(comment: Comment, project: ProjectReflection): void {
  const [first, ...others] = comment.getTags('@throws')
  if (first === undefined) return
  first.content = [first, ...others].flatMap((tag) => [
    textPart('\n- '),
    ...errorClasses(tag, project),
    ...tag.content.map(linkCode),
  ])
  comment.blockTags = comment.blockTags.filter((tag) => !others.includes(tag))
}

/** The classes of `@throws {PlanError | RangeError}`, those of the reference as links. */
function errorClasses({ typeAnnotation = '' }: CommentTag, project: ProjectReflection): readonly CommentDisplayPart[] {
  const classes = project.getReflectionsByKind(ReflectionKind.Class)
  const parts = (typeAnnotation.match(/\w+/g) ?? []).map((name): CommentDisplayPart => {
    const target = classes.find((reflection) => reflection.name === name)
    if (target === undefined) return { kind: 'code', text: `\`${name}\`` }
    return { kind: 'inline-tag', tag: '@linkcode', text: name, target }
  })
  return parts.flatMap((part, i) => [part, textPart(i < parts.length - 1 ? ', ' : ': ')])
}

/** A code leads to the page that explains it. */
function linkCode(part: CommentDisplayPart): CommentDisplayPart {
  const code = part.text.replaceAll('`', '')
  const isOfClosures = /^(wire_)?closure_\w+$/.test(code)
  const isOther = code in errorCategories || /^wire_\w+$/.test(code)
  const page = isOfClosures ? 'shipping-errors' : isOther ? 'errors' : undefined
  return part.kind === 'code' && page !== undefined ? textPart(`[${part.text}](../${page}.md#${code})`) : part
}

/** The first page: every subject with all that it has, a line for each class and for each kind of other names. */
function indexOf({ renderer: { router } }: Application, project: ProjectReflection): string {
  const linkTo = (reflection: Reflection): string => {
    const page = router?.getFullUrl(reflection).replace(/#.*/, '')
    return `[\`${reflection.name}\`](${page}#${router?.getAnchor(reflection)})`
  }
  const lines = (project.children ?? []).flatMap((subject) => [
    `## [${subject.name}](${router?.getFullUrl(subject)})`,
    '',
    Comment.combineDisplayParts(subject.comment?.summary).split('\n\n')[0] ?? '',
    '',
    ...linesOf(subject).map((names) => `- ${names.map(linkTo).join(' · ')}`),
    '',
  ])
  return ['# API reference', '', 'Made from the docstrings by `npm run generate`.', '', ...lines].join('\n')
}

function linesOf({ groups = [] }: DeclarationReflection): readonly (readonly DeclarationReflection[])[] {
  return groups.flatMap(({ title, children }) => {
    const reflections = children as DeclarationReflection[]
    if (title !== 'Classes') return [reflections]
    return reflections.map((own) => [own, ...(own.children ?? []).filter(isNamedMethod)])
  })
}

const isNamedMethod = ({ kind, name }: Reflection): boolean =>
  (kind & (ReflectionKind.Method | ReflectionKind.Accessor)) !== 0 && !name.startsWith('[')
