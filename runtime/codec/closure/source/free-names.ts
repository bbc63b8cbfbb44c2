// The free names of a syntax tree: which names does a function use that it does not declare, and does it use `this`,
// `super`, `eval` and the like of the code around it. Pure: works on syntax trees only.

import type { Class } from 'acorn'
import type { AnyNode } from './parse.ts'
import { splitPattern } from './patterns.ts'
import { type FreeName, ScopeStack } from './scopes.ts'

/** What a function uses of the code around it, besides names. */
export interface Surroundings {
  readonly usesThis: boolean
  readonly usesArguments: boolean
  readonly usesNewTarget: boolean
  readonly usesSuper: boolean
  readonly callsEval: boolean
  readonly hasWith: boolean
  readonly usesImportMeta: boolean
  readonly importsDynamically: boolean
  readonly importsRelative: boolean
  readonly privateNames: readonly string[]
  /** Members of globalThis that are read, and not assigned, by their names. */
  readonly globalMembers: readonly string[]
}

export interface FreeNames extends Surroundings {
  readonly names: readonly FreeName[]
}

interface FindOptions {
  /** It is a method taken out of its object. */
  readonly isMember?: boolean
  /** Its own name is that of a variable around it, which it may assign. */
  readonly isDeclaration?: boolean
  /** Parts that do not count. */
  readonly skip?: (node: AnyNode) => boolean
}

/** Analyses one expression. */
export function findFreeNames(
  root: AnyNode,
  { isMember = false, isDeclaration = false, skip = () => false }: FindOptions = {},
): FreeNames {
  const finder = new Finder(skip)
  if (isDeclaration && root.type === 'FunctionExpression') finder.visitFunction({ ...root, id: null }, 'function')
  else if (isMember && root.type === 'FunctionExpression') finder.visitFunction(root, 'function')
  else finder.visit(root)
  return finder.result()
}

type Frame = 'arrow' | 'function' | 'method' | 'field'
type FunctionLike = { readonly params: readonly AnyNode[]; readonly body: AnyNode; readonly id?: AnyNode | null }
type Handlers = { readonly [T in AnyNode['type']]?: (finder: Finder, node: Extract<AnyNode, { type: T }>) => void }

class Finder {
  readonly scopes = new ScopeStack()
  readonly found = {
    usesThis: false,
    usesArguments: false,
    usesNewTarget: false,
    usesSuper: false,
    callsEval: false,
    hasWith: false,
    usesImportMeta: false,
    importsDynamically: false,
    importsRelative: false,
  }
  readonly #skip: (node: AnyNode) => boolean
  readonly #frames: Frame[] = []
  readonly #privates: Set<string>[] = []
  readonly #outerPrivates = new Set<string>()
  readonly globalReads = new Set<string>()
  readonly globalWrites = new Set<string>()

  constructor(skip: (node: AnyNode) => boolean) {
    this.#skip = skip
  }

  result(): FreeNames {
    const names = this.scopes.free().filter(({ name }) => name !== 'arguments')
    const globalMembers = [...this.globalReads].filter((name) => !this.globalWrites.has(name))
    return { ...this.found, privateNames: [...this.#outerPrivates], globalMembers, names }
  }

  visit(node: AnyNode | null | undefined): void {
    if (!node || this.#skip(node)) return
    const handler = handlers[node.type] as ((finder: Finder, node: AnyNode) => void) | undefined
    if (handler === undefined) this.visitChildren(node)
    else handler(this, node)
  }

  visitAll(nodes: Iterable<AnyNode | null | undefined>): void {
    for (const node of nodes) this.visit(node)
  }

  visitChildren(node: AnyNode): void {
    for (const child of Object.values(node)) {
      if (Array.isArray(child)) this.visitAll(child.filter(isNode))
      else if (isNode(child)) this.visit(child)
    }
  }

  /** Parameters have a scope of their own: a default value does not see the variables of the body. */
  visitFunction({ params, body, id }: FunctionLike, frame: Frame): void {
    this.#frames.push(frame)
    this.scopes.within('function', () => {
      if (frame !== 'arrow') this.scopes.declare('arguments')
      if (id?.type === 'Identifier') this.scopes.declare(id.name)
      for (const parameter of params) this.declare(parameter)
      this.scopes.within('function', () => {
        if (body.type === 'BlockStatement') this.visitAll(body.body)
        else this.visit(body)
      })
    })
    this.#frames.pop()
  }

  visitClass({ id, superClass, body: { body: members } }: Class): void {
    this.scopes.within('block', () => {
      if (id) this.scopes.declare(id.name)
      this.visit(superClass)
      const keys = members.flatMap((member) => ('key' in member ? [member.key] : []))
      this.#privates.push(new Set(keys.flatMap((key) => (key.type === 'PrivateIdentifier' ? [key.name] : []))))
      for (const member of members) {
        if (this.#skip(member)) continue
        if (member.type === 'StaticBlock') this.#visitInField(member.body)
        else {
          if (member.computed) this.visit(member.key)
          if (member.type === 'MethodDefinition') this.visitFunction(member.value, 'method')
          else this.#visitInField([member.value])
        }
      }
      this.#privates.pop()
    })
  }

  #visitInField(nodes: Iterable<AnyNode | null | undefined>): void {
    this.#frames.push('field')
    this.scopes.within('function', () => {
      this.scopes.declare('arguments')
      this.visitAll(nodes)
    })
    this.#frames.pop()
  }

  /** Declares the names of a pattern; its default values and computed keys are uses. */
  declare(pattern: AnyNode, hoisted = false): void {
    const { targets, expressions } = splitPattern(pattern)
    for (const target of targets) {
      if (target.type !== 'Identifier') continue
      if (hoisted) this.scopes.declareHoisted(target.name)
      else this.scopes.declare(target.name)
    }
    this.visitAll(expressions)
  }

  assign(pattern: AnyNode): void {
    const { targets, expressions } = splitPattern(pattern)
    for (const target of targets) {
      if (target.type === 'Identifier') this.scopes.use(target.name, 'write')
      else this.visit(target)
    }
    this.visitAll(expressions)
  }

  usePrivate(name: string): void {
    if (!this.#privates.some((names) => names.has(name))) this.#outerPrivates.add(name)
  }

  hasOwnThis(): boolean {
    return this.#frames.some((frame) => frame !== 'arrow')
  }

  hasHomeObject(): boolean {
    const nearest = this.#frames.findLast((frame) => frame !== 'arrow')
    return nearest === 'method' || nearest === 'field'
  }
}

// Only what is not simply "visit all children".
const handlers: Handlers = {
  Identifier(finder, { name }) {
    if (name === 'arguments' && !finder.hasOwnThis()) finder.found.usesArguments = true
    finder.scopes.use(name, 'read')
  },
  ThisExpression(finder) {
    if (!finder.hasOwnThis()) finder.found.usesThis = true
  },
  Super(finder) {
    if (!finder.hasHomeObject()) finder.found.usesSuper = true
  },
  MetaProperty(finder, { meta }) {
    if (meta.name === 'import') finder.found.usesImportMeta = true
    else if (!finder.hasOwnThis()) finder.found.usesNewTarget = true
  },
  PrivateIdentifier(finder, { name }) {
    finder.usePrivate(name)
  },
  ImportExpression(finder, node) {
    finder.found.importsDynamically = true
    const { source } = node
    if (source.type === 'Literal' && /^\.{0,2}\//.test(String(source.value))) finder.found.importsRelative = true
    finder.visitChildren(node)
  },
  CallExpression(finder, node) {
    if (node.callee.type === 'Identifier' && node.callee.name === 'eval') finder.found.callsEval = true
    finder.visitChildren(node)
  },
  WithStatement(finder, node) {
    finder.found.hasWith = true
    finder.visitChildren(node)
  },
  FunctionDeclaration(finder, node) {
    if (node.id) finder.scopes.declareFunction(node.id.name)
    finder.visitFunction(node, 'function')
  },
  FunctionExpression: (finder, node) => finder.visitFunction(node, 'function'),
  ArrowFunctionExpression: (finder, node) => finder.visitFunction(node, 'arrow'),
  ClassDeclaration(finder, node) {
    if (node.id) finder.scopes.declare(node.id.name)
    finder.visitClass(node)
  },
  ClassExpression: (finder, node) => finder.visitClass(node),
  VariableDeclaration(finder, { kind, declarations }) {
    for (const { id, init } of declarations) {
      finder.declare(id, kind === 'var')
      finder.visit(init)
    }
  },
  BlockStatement: (finder, { body }) => finder.scopes.within('block', () => finder.visitAll(body)),
  ForStatement: (finder, node) => finder.scopes.within('block', () => finder.visitChildren(node)),
  ForInStatement: visitLoop,
  ForOfStatement: visitLoop,
  SwitchStatement(finder, { discriminant, cases }) {
    finder.visit(discriminant)
    finder.scopes.within('block', () => finder.visitAll(cases))
  },
  CatchClause(finder, { param, body }) {
    finder.scopes.within('block', () => {
      if (param) finder.declare(param)
      finder.visit(body)
    })
  },
  LabeledStatement: (finder, { body }) => finder.visit(body),
  BreakStatement() {},
  ContinueStatement() {},
  MemberExpression(finder, node) {
    const { object, property, computed } = node
    const member = globalMember(node)
    if (member !== undefined) finder.globalReads.add(member)
    finder.visit(object)
    if (computed || property.type === 'PrivateIdentifier') finder.visit(property)
  },
  Property(finder, { computed, key, method, kind, value }) {
    if (computed) finder.visit(key)
    if ((method || kind !== 'init') && value.type === 'FunctionExpression') finder.visitFunction(value, 'method')
    else finder.visit(value)
  },
  AssignmentExpression(finder, { operator, left, right }) {
    if (operator !== '=' && left.type === 'Identifier') finder.visit(left)
    const member = globalMember(left)
    if (member !== undefined) finder.globalWrites.add(member)
    finder.assign(left)
    finder.visit(right)
  },
  UpdateExpression(finder, { argument }) {
    if (argument.type === 'Identifier') finder.scopes.use(argument.name, 'write')
    else finder.visit(argument)
  },
  UnaryExpression(finder, { operator, argument }) {
    if (operator === 'typeof' && argument.type === 'Identifier') finder.scopes.use(argument.name, 'typeof')
    else finder.visit(argument)
  },
}

function visitLoop(
  finder: Finder,
  { left, right, body }: Extract<AnyNode, { type: 'ForInStatement' | 'ForOfStatement' }>,
) {
  finder.scopes.within('block', () => {
    if (left.type === 'VariableDeclaration') finder.visit(left)
    else finder.assign(left)
    finder.visitAll([right, body])
  })
}

/** The name in `globalThis.name`. */
function globalMember(node: AnyNode): string | undefined {
  if (node.type !== 'MemberExpression' || node.computed || node.property.type !== 'Identifier') return undefined
  const { object, property } = node
  return object.type === 'Identifier' && /^global(This)?$/.test(object.name) ? property.name : undefined
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}
