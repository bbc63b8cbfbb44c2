// What came in place of what was wanted, in messages: `the number 5`, `an Array`, `undefined`.

import { withArticle } from './article.ts'
import { kindOf } from './thrown.ts'
import { isWrittenAsClass } from './written-function.ts'

const MAX_TEXT = 40

/** A value in a few words, whatever it is; never throws. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  switch (typeof value) {
    case 'string':
      return `the string ${JSON.stringify(value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value)}`
    case 'function':
      return describeFunction(value)
    case 'object':
      return kindOf(value) === 'Object' ? 'an object' : withArticle(kindOf(value))
    case 'bigint':
      return `the bigint ${String(value).slice(0, MAX_TEXT)}n`
    default:
      return `the ${typeof value} ${String(value).slice(0, MAX_TEXT)}`
  }
}

/** Functions of columns and classes are called what they are. */
function describeFunction(fn: object): string {
  const { name } = fn as { readonly name?: unknown }
  const named = typeof name === 'string' && name !== '' ? ` "${name.slice(0, MAX_TEXT)}"` : ''
  if ('definition' in fn) return `the UDF${named} itself`
  const isClass = isWrittenAsClass(fn)
  if (named === '') return isClass ? 'a class' : 'a function'
  return `the ${isClass ? 'class' : 'function'}${named}`
}
