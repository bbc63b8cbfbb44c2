// What travels of a class's source text. Its superclass, its static fields and its static blocks are not evaluated
// again: the values they had at sending time travel instead, so they are cut out of the text here.

import { hash } from 'node:crypto'
import { applyEdits, type Edit, removeMember, replaceLines } from './edit.ts'
import { type FreeNames, findFreeNames } from './free-names.ts'
import type { AnyNode, ClassExpression, ParsedFunction } from './parse.ts'

export interface DeclaredMember {
  readonly isStatic: boolean
  /** The name as written; undefined when it is computed. */
  readonly key: string | undefined
  /** The text of the method, as its own toString gives it. */
  readonly source: string
}

export interface ClassFacts {
  /** The name that stands for the superclass in the text that travels, if there is one. */
  readonly superSlot: string | undefined
  /** Static private fields: the name that stands for the value in the text that travels. */
  readonly privateSlots: readonly { readonly name: string; readonly slot: string }[]
  /** Names that the class needs at the moment it is defined: its computed keys use them. */
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

/** Prepares the source text of a class for its journey. */
export function prepareClass(parsed: ParsedFunction, node: ClassExpression, source: string): ClassSource {
  const members = node.body.body
  const slots = createSlots(source)
  const edits: Edit[] = []
  const skipped = new Set<AnyNode>()
  const skip = (part: AnyNode) => skipped.add(part)
  const privateSlots: { name: string; slot: string }[] = []
  const hasSuper = node.superClass && !(node.superClass.type === 'Literal' && node.superClass.value === null)

  if (node.superClass && hasSuper) {
    edits.push(replaceLines(parsed.text, node.superClass.start, node.superClass.end, `${slots('super')} `))
    skip(node.superClass)
  }
  for (const member of members) {
    if (member.type === 'StaticBlock') {
      edits.push(removeMember(parsed.text, member.start, member.end))
      skip(member)
    } else if (member.type === 'PropertyDefinition' && member.static) {
      if (member.key.type === 'PrivateIdentifier') {
        const slot = slots(member.key.name)
        privateSlots.push({ name: `#${member.key.name}`, slot })
        if (member.value) edits.push(replaceLines(parsed.text, member.value.start, member.value.end, slot))
        else edits.push({ start: member.key.end, end: member.key.end, text: ` = ${slot}` })
        if (member.value) skip(member.value)
      } else {
        edits.push(removeMember(parsed.text, member.start, member.end))
        skip(member)
      }
    }
  }

  const { text, map } = applyEdits(parsed.text, edits)
  const builder = members
    .filter((member) => member.type === 'MethodDefinition')
    .find((member) => member.kind === 'constructor')
  const location = builder?.value.start ?? node.start
  return {
    facts: {
      superSlot: hasSuper ? slots('super') : undefined,
      privateSlots,
      eager: new Set(computedKeys(node, skipped).flatMap((key) => findFreeNames(key).names.map(({ name }) => name))),
      hasPrivateInstances: members.some(isPrivateInstanceMember),
      members: declaredMembers(node, parsed.text),
    },
    free: findFreeNames(node, { skip: (part) => skipped.has(part) }),
    code: text.slice(map(node.start), map(node.end)),
    location: map(location) - map(node.start),
    length: builder ? expectedArguments(builder.value.params) : 0,
  }
}

/** The `length` that a function with these parameters has. */
export function expectedArguments(parameters: readonly AnyNode[]): number {
  const optional = parameters.findIndex(({ type }) => type === 'AssignmentPattern' || type === 'RestElement')
  return optional === -1 ? parameters.length : optional
}

// The names must not meet a name of the class itself, nor those of another class in the same scope.
function createSlots(source: string): (name: string) => string {
  let tag = hash('sha256', source).slice(0, 8)
  while (source.includes(tag)) tag += '_'
  return (name) => `$${name}_${tag}`
}

function computedKeys(node: ClassExpression, skipped: ReadonlySet<AnyNode>): AnyNode[] {
  return node.body.body.flatMap((member) =>
    'computed' in member && member.computed && !skipped.has(member) ? [member.key] : [],
  )
}

function isPrivateInstanceMember(member: AnyNode): boolean {
  const isMember = member.type === 'PropertyDefinition' || member.type === 'MethodDefinition'
  return isMember && !member.static && member.key.type === 'PrivateIdentifier'
}

function declaredMembers(node: ClassExpression, text: string): DeclaredMember[] {
  return node.body.body.flatMap((member) => {
    if (member.type !== 'MethodDefinition' || member.kind === 'constructor') return []
    if (member.key.type === 'PrivateIdentifier') return []
    const source = text.slice(member.start, member.end).replace(/^static\b\s*/, member.static ? '' : '$&')
    return [{ isStatic: member.static, key: member.computed ? undefined : keyName(member.key), source }]
  })
}

function keyName(key: AnyNode): string {
  if (key.type === 'Identifier') return key.name
  return key.type === 'Literal' ? String(key.value) : ''
}
