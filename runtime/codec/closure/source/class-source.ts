// What travels of a class's source text. Its superclass, its static fields and its static blocks are not evaluated
// again: the values they had at sending time travel instead, so they are cut out of the text here.

import * as crypto from 'node:crypto'
import { applyEdits, type Edit, insertText, removeMember, replaceLines } from './edit.ts'
import { type FreeNames, findFreeNames } from './free-names.ts'
import type { AnyNode, ClassExpression, MethodDefinition, ParsedFunction } from './parse.ts'

interface DeclaredMember {
  readonly isStatic: boolean
  /** The name as written; undefined when it is computed. */
  readonly key: string | undefined
  /** The text of the method, as its own toString gives it. */
  readonly source: string
}

/** A name in the text that travels, which stands for the value of a static private field or for a computed key. */
export type ClassSlot =
  | { readonly kind: 'private'; readonly name: string; readonly slot: string }
  | { readonly kind: 'key'; readonly isStatic: boolean; readonly source: string; readonly slot: string }

export interface ClassFacts {
  /** The name that stands for the superclass in the text that travels, if there is one. */
  readonly superSlot: string | undefined
  readonly slots: readonly ClassSlot[]
  /** Names that the class needs at the moment it is defined: the computed keys of its instance fields use them. */
  readonly eager: ReadonlySet<string>
  /** True when its instances have #private fields or methods. */
  readonly hasPrivateInstances: boolean
  readonly members: readonly DeclaredMember[]
}

export interface ClassSource {
  readonly facts: ClassFacts
  readonly free: FreeNames
  readonly code: string
  /** The position in `code` that V8 calls the location of the class: its constructor's parameters, or its start. */
  readonly location: number
  readonly length: number
}

/** Prepares the source text of a class for evaluation elsewhere. */
export function prepareClass(parsed: ParsedFunction, node: ClassExpression, source: string): ClassSource {
  const rewrite: ClassRewrite = {
    text: parsed.text,
    slot: createSlots(source),
    edits: [],
    skipped: new Set(),
    slots: [],
  }
  const superSlot = cutSuperclass(rewrite, node)
  for (const member of node.body.body) cutMember(rewrite, member)

  const { skipped } = rewrite
  const { text, map } = applyEdits(parsed.text, rewrite.edits)
  const methods = node.body.body.filter((member) => member.type === 'MethodDefinition')
  const builder = methods.find((member) => member.kind === 'constructor')
  const location = builder?.value.start ?? node.start
  return {
    facts: {
      superSlot,
      slots: rewrite.slots,
      eager: new Set(fieldKeys(node, skipped).flatMap((key) => findFreeNames(key).names.map(({ name }) => name))),
      hasPrivateInstances: node.body.body.some(isPrivateInstanceMember),
      members: methods.flatMap((member) => declaredMember(member, parsed.text)),
    },
    free: findFreeNames(node, { skip: (child) => skipped.has(child) }),
    code: text.slice(map(node.start), map(node.end)),
    location: map(location) - map(node.start),
    length: builder ? expectedArguments(builder.value.params) : 0,
  }
}

interface ClassRewrite {
  readonly text: string
  readonly slot: (name: string) => string
  readonly edits: Edit[]
  /** Nodes that are cut out, so that the names they use are not needed. */
  readonly skipped: Set<AnyNode>
  readonly slots: ClassSlot[]
}

function cutSuperclass(
  { text, slot, edits, skipped }: ClassRewrite,
  { superClass }: ClassExpression,
): string | undefined {
  if (!superClass || (superClass.type === 'Literal' && superClass.value === null)) return undefined
  edits.push(replaceLines(text, superClass.start, superClass.end, `${slot('super')} `))
  skipped.add(superClass)
  return slot('super')
}

function cutMember({ text, slot, edits, skipped, slots }: ClassRewrite, member: AnyNode): void {
  const isField = member.type === 'PropertyDefinition' && member.static
  if (isField && member.key.type === 'PrivateIdentifier') {
    const { key, value } = member
    const name = slot(`private_${key.name}`)
    slots.push({ kind: 'private', name: `#${key.name}`, slot: name })
    if (value) skipped.add(value)
    edits.push(value ? replaceLines(text, value.start, value.end, name) : insertText(key.end, ` = ${name}`))
  } else if (isField || member.type === 'StaticBlock') {
    edits.push(removeMember(text, member.start, member.end))
    skipped.add(member)
  } else if (member.type === 'MethodDefinition' && member.computed) {
    const name = slot(`key${slots.length}`)
    slots.push({ kind: 'key', isStatic: member.static, source: memberSource(member, text), slot: name })
    edits.push(replaceLines(text, member.key.start, member.key.end, name))
    skipped.add(member.key)
  }
}

/** The `length` that a function with these parameters has. */
export function expectedArguments(parameters: readonly AnyNode[]): number {
  const optional = parameters.findIndex(({ type }) => type === 'AssignmentPattern' || type === 'RestElement')
  return optional === -1 ? parameters.length : optional
}

// The names must not meet a name of the class itself, nor those of another class in the same scope.
function createSlots(source: string): (name: string) => string {
  let tag = crypto.hash('sha256', source).slice(0, 8)
  while (source.includes(tag)) tag += '_'
  return (name) => `$${name}_${tag}`
}

function fieldKeys(node: ClassExpression, skipped: ReadonlySet<AnyNode>): AnyNode[] {
  return node.body.body.flatMap((member) =>
    member.type === 'PropertyDefinition' && member.computed && !skipped.has(member) ? [member.key] : [],
  )
}

function isPrivateInstanceMember(member: AnyNode): boolean {
  const isMember = member.type === 'PropertyDefinition' || member.type === 'MethodDefinition'
  return isMember && !member.static && member.key.type === 'PrivateIdentifier'
}

function declaredMember(member: MethodDefinition, text: string): DeclaredMember[] {
  if (member.kind === 'constructor' || member.key.type === 'PrivateIdentifier') return []
  const key = member.computed ? undefined : keyName(member.key)
  return [{ isStatic: member.static, key, source: memberSource(member, text) }]
}

function memberSource(member: MethodDefinition, text: string): string {
  const source = text.slice(member.start, member.end)
  return member.static ? source.replace(/^static\b\s*/, '') : source
}

function keyName(key: AnyNode): string {
  if (key.type === 'Identifier') return key.name
  return key.type === 'Literal' ? String(key.value) : ''
}
