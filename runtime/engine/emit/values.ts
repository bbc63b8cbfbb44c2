// What expressions become in generated code: a few JavaScript texts for one value, its number, its validity. Texts alone
// here, no statements.

import { storageOf } from '../../../functions/column/column.ts'
import type { Operand } from '../../../functions/contract/scalar.ts'
import type { DataType } from '../../../functions/types/type.ts'

/** An expression's value in the current row. `valid` is '1', '0' or an expression that is 0 or 1. */
export interface Emitted extends Operand {
  readonly valid: string
  /** A boolean as something that `&` and `|` take as 0 or 1; the value itself where nothing better is known. */
  readonly bit?: string
}

/** A boolean for `&`, `|` and `^`: V8 computes with these without a branch, which `&&` would be. */
export const bitOf = ({ bit, value }: Emitted): string => bit ?? value

/** A text that is its own number, never null. */
export const plainValue = (text: string): Emitted => ({ value: text, number: text, valid: '1' })

/** A boolean that a variable holds as 0 or 1. */
export const bitValue = (bit: string, valid: string): Emitted => ({ value: `(${bit} === 1)`, number: bit, bit, valid })

/** Null in every row. */
export const nullValue = (type: DataType): Emitted => ({ value: defaultText(type), number: '0', valid: '0' })

/** A variable of a type; 64-bit values become doubles on demand. */
export function variable(name: string, type: DataType, valid: string): Emitted {
  const storage = storageOf(type)
  return { value: name, number: storage === 'bigint' || storage === 'decimal' ? `Number(${name})` : name, valid }
}

/** What a variable of a type holds where there is no value. */
export function defaultText(type: DataType): string {
  switch (storageOf(type)) {
    case 'number':
      return '0'
    case 'mask':
      return 'false'
    case 'bigint':
    case 'decimal':
      return '0n'
    case 'bytes':
      return type.kind === 'binary' ? 'null' : "''"
    default:
      return 'null'
  }
}
