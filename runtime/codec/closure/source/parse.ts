// Source text to syntax trees. Function.prototype.toString gives functions, classes and methods in forms that do not
// all stand alone; this file finds the wrapper that makes each one parse. It never looks at values.

import type { ArrowFunctionExpression, FunctionExpression, Program } from 'acorn'
import { type AnyNode, type ClassExpression, type MethodDefinition, type Options, type Property, parse } from 'acorn'

export type { AnyNode, ClassExpression, MethodDefinition, Program }
export type FunctionNode = FunctionExpression | ArrowFunctionExpression
export type MemberNode = Property | MethodDefinition

export interface ParsedFunction {
  /** The text that was parsed: the source inside a wrapper. Positions of the nodes refer to it. */
  readonly text: string
  /** Where the source starts in `text`. */
  readonly start: number
  readonly node: FunctionNode | ClassExpression
  /** The object or class member that the source is, when it is a method, getter or setter. */
  readonly member: MemberNode | undefined
  /** True when the source is valid strict code. */
  readonly strict: boolean
}

const options = {
  ecmaVersion: 'latest',
  allowReturnOutsideFunction: true,
  allowAwaitOutsideFunction: true,
  allowSuperOutsideMethod: true,
  allowHashBang: true,
  checkPrivateFields: false,
} as const satisfies Options

type Found = Pick<ParsedFunction, 'node' | 'member'>

// The second wrapper is for arrows that use the new.target around them, the last for constructors that call super().
const wrappers: readonly (readonly [
  before: string,
  after: string,
  unwrap: (expression: AnyNode) => Found | undefined,
])[] = [
  ['(', ')', unwrapExpression],
  ['(function(){return(', ')})', unwrapReturned],
  ['({', '})', unwrapProperty],
  ['(class{', '})', unwrapClassMember],
  ['(class extends Object{', '})', unwrapClassMember],
]

/** Parses what Function.prototype.toString returned; throws the parser's SyntaxError when nothing fits. */
export function parseFunction(source: string): ParsedFunction {
  let first: unknown
  for (const [before, after, unwrap] of wrappers) {
    const text = `${before}${source}\n${after}`
    for (const strict of [true, false]) {
      try {
        const { body } = parseProgram(text, strict)
        const found =
          body.length === 1 && body[0]?.type === 'ExpressionStatement' ? unwrap(body[0].expression) : undefined
        if (found !== undefined) return { text, start: before.length, strict, ...found }
      } catch (error) {
        first ??= error
      }
    }
  }
  throw first ?? new SyntaxError('not a function')
}

/** Parses a whole file: as a module (strict) or as a classic script. */
export function parseProgram(text: string, strict: boolean): Program {
  return parse(text, { ...options, sourceType: strict ? 'module' : 'script' })
}

function unwrapExpression(node: AnyNode): Found | undefined {
  const isFunctionLike =
    node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression' || node.type === 'ClassExpression'
  return isFunctionLike ? { node, member: undefined } : undefined
}

function unwrapReturned(node: AnyNode): Found | undefined {
  const statement = node.type === 'FunctionExpression' ? node.body.body[0] : undefined
  return statement?.type === 'ReturnStatement' && statement.argument ? unwrapExpression(statement.argument) : undefined
}

function unwrapProperty(node: AnyNode): Found | undefined {
  const member = node.type === 'ObjectExpression' && node.properties.length === 1 ? node.properties[0] : undefined
  return member?.type === 'Property' ? unwrapMember(member) : undefined
}

function unwrapClassMember(node: AnyNode): Found | undefined {
  const member = node.type === 'ClassExpression' && node.body.body.length === 1 ? node.body.body[0] : undefined
  return member?.type === 'MethodDefinition' ? unwrapMember(member) : undefined
}

function unwrapMember(member: MemberNode): Found | undefined {
  return member.value.type === 'FunctionExpression' ? { node: member.value, member } : undefined
}
