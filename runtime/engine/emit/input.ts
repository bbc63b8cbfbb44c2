// Input columns in generated code: the layouts in which they come, the names under which a loop has them, and how one row
// is read. What the names stand for in a batch is prepared in inputs.ts.

import type { BoundInput } from '../../../functions/bind/bound.ts'
import type { StatementWriter } from './statements.ts'
import { bitValue, defaultText, type Emitted, nullValue, variable } from './values.ts'

/** How an input column comes in the batches that a loop is generated for. */
export interface InputLayout {
  readonly storage: 'number' | 'bigint' | 'mask' | 'text' | 'value' | 'null' | 'dictionary' | 'dictionaryMask'
  readonly nulls: boolean
}

/** A layout as text: two batches whose layouts have the same key run the same loop. */
export const layoutKey = (layout: InputLayout): string => layout.storage + (layout.nulls ? '?' : '')

/** The declarations that give a loop its names for input `at`, taken from `x.get(at)`; see `PreparedInput`. */
export function inputNames(at: number, layout: InputLayout): string {
  const fields: string[] = ['v']
  if (layout.storage === 'text') fields.push('o')
  if (layout.storage === 'dictionary' || layout.storage === 'dictionaryMask') fields.push('c')
  if (layout.storage === 'bigint') fields.push('h', 'l')
  if (layout.nulls) fields.push('m')
  return `const ${fields.map((field) => `${field}${at} = x.get(${at}).${field}`).join(', ')};`
}

/** Reads an input in row `i`. */
export function emitInput(writer: StatementWriter, { index: at, type }: BoundInput, layout: InputLayout): Emitted {
  const valid = layout.nulls ? writer.define('z', `m${at}[i]`) : '1'
  switch (layout.storage) {
    case 'null':
      return nullValue(type)
    case 'mask':
      return bitValue(writer.define('a', `v${at}[i]`), valid)
    case 'bigint':
      // Not read into a variable: where only the number is asked for, two 32-bit reads are far cheaper than a bigint.
      return { value: `v${at}[i]`, number: halves(at, type.kind === 'uint64' ? 'l' : 'h'), valid }
    case 'number':
    case 'value':
      return variable(writer.define('a', `v${at}[i]`), type, valid)
    case 'text': {
      const text = writer.define('a', `v${at}.substring(o${at}[i], o${at}[i + 1])`)
      return { value: text, number: text, valid }
    }
    case 'dictionaryMask':
      // Where a null row's code points nowhere, 0.
      return bitValue(writer.define('a', `v${at}[c${at}[i]] | 0`), valid)
    case 'dictionary': {
      // A null row's code may point to a null, or nowhere.
      const read = `v${at}[c${at}[i]]`
      const value = valid === '1' ? read : `${valid} === 1 ? ${read} : ${defaultText(type)}`
      return variable(writer.define('a', value), type, valid)
    }
  }
}

/** A 64-bit value as a double, by its halves; `high` names the signed or the unsigned view. */
const halves = (at: number, high: 'h' | 'l'): string => `(${high}${at}[(i << 1) + 1] * 4294967296 + l${at}[i << 1])`
