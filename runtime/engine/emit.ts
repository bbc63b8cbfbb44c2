// Bound expressions to JavaScript statements for one row of a generated loop. Names in the text are made here; values
// and functions go in as parameters, so generated code never contains a user's text.

import type { Bound, BoundCall, BoundCase, BoundCoalesce, BoundInput, BoundLogic } from '../../functions/bind/bound.ts'
import { storageOf } from '../../functions/column/column.ts'
import { InternalError } from '../../functions/errors.ts'
import type { Value } from '../../functions/expr/node.ts'
import type { DirectCall, Operand } from '../../functions/scalar/contract.ts'
import type { DataType } from '../../functions/types/type.ts'

/** How an input column comes in the batches that a loop is generated for. */
export interface InputForm {
  readonly storage: 'number' | 'bigint' | 'mask' | 'text' | 'value' | 'null' | 'dictionary'
  readonly nulls: boolean
}

/** An expression's value in the current row. `valid` is '1', '0' or an expression that is 0 or 1. */
export interface Emitted extends Operand {
  readonly valid: string
  /** A boolean as something that `&` and `|` take as 0 or 1; the value itself where nothing better is known. */
  readonly bit?: string
}

/** A boolean for `&`, `|` and `^`: V8 computes with these without a branch, which `&&` would be. */
export const bitOf = ({ bit, value }: Emitted): string => bit ?? value

/** Statements of a block, and what has been computed in it. */
interface Block {
  readonly statements: string[]
  readonly computed: Map<number, Emitted>
  readonly outer: Block | undefined
}

export class Emitter {
  readonly #forms: ReadonlyMap<number, InputForm>
  readonly #parameters: unknown[] = []
  readonly #parameterNames = new Map<unknown, string>()
  readonly #udfs: string[] = []
  #block: Block = { statements: [], computed: new Map(), outer: undefined }
  #names = 0

  /** @param forms - The form of each input column, by its index. */
  constructor(forms: ReadonlyMap<number, InputForm>) {
    this.#forms = forms
  }

  /** The user functions that statements call; the variable `u` is a position in it during each call, else -1. */
  get udfs(): readonly string[] {
    return this.#udfs
  }

  /** The values that statements name `p0`, `p1`, … in order. */
  get parameters(): readonly unknown[] {
    return this.#parameters
  }

  /** The name under which a value is known to the generated code. */
  parameter(value: unknown): string {
    let name = this.#parameterNames.get(value)
    if (name === undefined) {
      name = `p${this.#parameters.length}`
      this.#parameters.push(value)
      this.#parameterNames.set(value, name)
    }
    return name
  }

  /** Adds a statement of the caller's to the current block. */
  add(statement: string): void {
    this.#block.statements.push(statement)
  }

  /** A name that nothing else has. */
  fresh(prefix: string): string {
    return `${prefix}${this.#names++}`
  }

  /** The statements so far; the emitter starts over with an empty block. */
  take(): string {
    const text = this.#block.statements.join('\n')
    this.#block = { statements: [], computed: new Map(), outer: undefined }
    return text
  }

  /** Emits what `fill` adds as statements of their own scope and gives their text. */
  nested(fill: () => void): string {
    const outer = this.#block
    this.#block = { statements: [], computed: new Map(), outer }
    try {
      fill()
      return this.#block.statements.join('\n')
    } finally {
      this.#block = outer
    }
  }

  /** Emits what computes an expression in the current row; the same expression is computed once per scope. */
  emit(bound: Bound): Emitted {
    for (let block: Block | undefined = this.#block; block !== undefined; block = block.outer) {
      const known = block.computed.get(bound.id)
      if (known !== undefined) return known
    }
    const emitted = this.#compute(bound)
    this.#block.computed.set(bound.id, emitted)
    return emitted
  }

  /** A JavaScript condition that is true when a boolean expression is true, not false and not null. */
  truth(bound: Bound): string {
    const { value, valid } = this.emit(bound)
    if (valid === '1') return value
    return valid === '0' ? 'false' : `(${valid} === 1 && ${value})`
  }

  /** The same as 0 or 1. */
  truthBit(bound: Bound): string {
    const emitted = this.emit(bound)
    return emitted.valid === '0' ? '0' : `(${emitted.valid} & ${bitOf(emitted)})`
  }

  #compute(bound: Bound): Emitted {
    switch (bound.kind) {
      case 'input':
        return this.#input(bound)
      case 'constant':
        return this.#constant(bound.value, bound.type)
      case 'isNull': {
        const { valid } = this.emit(bound.input)
        return plain(bound.negated ? `(${valid} === 1)` : `(${valid} === 0)`)
      }
      case 'and':
      case 'or':
        return this.#logic(bound)
      case 'case':
        return this.#case(bound)
      case 'coalesce':
        return this.#coalesce(bound)
      case 'call':
        return bound.nulls === 'call' ? this.#callWithNulls(bound) : this.#callWithValues(bound)
    }
  }

  #input(bound: BoundInput): Emitted {
    const form = this.#forms.get(bound.index)
    if (form === undefined) throw new InternalError(`Column ${bound.index} is not an input of the loop`)
    const at = bound.index
    const valid = form.nulls ? this.#constantName('z', `m${at}[i]`) : '1'
    switch (form.storage) {
      case 'null':
        return { value: defaultText(bound.type), number: '0', valid: '0' }
      case 'mask':
        return bitValue(this.#constantName('a', `v${at}[i]`), valid)
      case 'bigint':
        // Not read into a variable: where only the number is asked for, two 32-bit reads are far cheaper than a bigint.
        return {
          value: `v${at}[i]`,
          number: bound.type.kind === 'uint64' ? unsignedHalves(at) : signedHalves(at),
          valid,
        }
      case 'number':
      case 'value':
        return { ...operand(this.#constantName('a', `v${at}[i]`), bound.type), valid }
      case 'text':
        return { ...plain(this.#constantName('a', `v${at}.substring(o${at}[i], o${at}[i + 1])`)), valid }
      case 'dictionary': {
        // A null row's code may point to a null, or nowhere.
        const read = `v${at}[c${at}[i]]`
        const value = valid === '1' ? read : `${valid} === 1 ? ${read} : ${defaultText(bound.type)}`
        return { ...operand(this.#constantName('a', value), bound.type), valid }
      }
    }
  }

  #constant(value: Value, type: DataType): Emitted {
    if (value === null) return { value: defaultText(type), number: '0', valid: '0' }
    if (typeof value === 'boolean') return plain(String(value))
    if (typeof value === 'number' && Number.isFinite(value)) return plain(Object.is(value, -0) ? '(-0)' : `(${value})`)
    if (typeof value === 'bigint') return { value: `(${value}n)`, number: `(${Number(value)})`, valid: '1' }
    const name = this.parameter(value)
    return { value: name, number: name, valid: '1' }
  }

  /** A kernel that never sees nulls. */
  #callWithValues(bound: BoundCall): Emitted {
    const kernel = bound.kernel()
    const args = bound.args.map((arg) => this.emit(arg))
    const valid = this.#allValid(args)
    // Values behind nulls are harmless numbers and texts, unless they are objects or bytes.
    const harmless = bound.args.every((arg) => defaultText(arg.type) !== 'null')
    if (valid === '0') return this.#constant(null, bound.type)
    if (valid === '1' || (kernel.total === true && harmless && kernel.direct === undefined)) {
      return this.#result(bound, this.#callText(bound, args), valid)
    }
    return this.#guarded(bound, valid, () => this.#result(bound, this.#callText(bound, args), '1'))
  }

  /** A kernel that handles nulls itself. */
  #callWithNulls(bound: BoundCall): Emitted {
    const args = bound.args.map((arg): Emitted => {
      const { value, valid } = this.emit(arg)
      const orNull = valid === '1' ? value : valid === '0' ? 'null' : `(${valid} === 1 ? ${value} : null)`
      return { value: orNull, number: orNull, valid: '1' }
    })
    return this.#result(bound, this.#callText(bound, args), '1')
  }

  #callText(bound: BoundCall, args: readonly Emitted[]): string {
    const kernel = bound.kernel()
    if (kernel.direct !== undefined) {
      const { fn, adapters } = kernel.direct
      const texts = args.map((arg, i) => {
        const adapt = adapters[i]
        if (adapt === undefined) return arg.value
        const call = `${this.parameter(adapt)}(${arg.value})`
        return bound.nulls === 'call' ? `(${arg.value} === null ? null : ${call})` : call
      })
      return `${this.parameter(fn)}(${texts.join(', ')})`
    }
    const call = `${this.parameter(kernel.row)}(${args.map((arg) => arg.value).join(', ')})`
    if (kernel.inline === undefined || bound.nulls === 'call') return call
    const inline = kernel.inline(...args)
    return kernel.inlineIf === undefined ? inline : `(${kernel.inlineIf(...args)} ? ${inline} : ${call})`
  }

  /** Puts a call's text into a variable, and its nulls into the validity. */
  #result(bound: BoundCall, text: string, valid: string): Emitted {
    const { direct } = bound.kernel()
    if (direct !== undefined) return this.#directResult(bound, direct, text, valid)
    const name = this.#constantName('t', text)
    return bound.givesNull ? this.#nullable(name, bound.type, valid) : { ...operand(name, bound.type), valid }
  }

  /** What a user function returned: taken as it is where it is of the declared type, else converted out of line. */
  #directResult(bound: BoundCall, direct: DirectCall, text: string, valid: string): Emitted {
    const value = this.fresh('t')
    const known = bound.givesNull ? this.fresh('z') : valid
    this.#enterUdf(bound.udf ?? bound.label)
    this.add(`let ${value} = ${text};`)
    this.add('u = -1;')
    if (bound.givesNull) this.add(`let ${known} = ${valid};`)
    const toDefault = `if (${value} === null) { ${value} = ${defaultText(bound.type)}; ${bound.givesNull ? `${known} = 0;` : ''} }`
    this.add(
      `if (!(${direct.isValue(value)})) { ${value} = ${this.parameter(direct.convert)}(${value}); ${toDefault} }`,
    )
    return { ...operand(value, bound.type), valid: known }
  }

  /** Splits a variable that may be null into a value and its validity. */
  #nullable(name: string, type: DataType, valid: string): Emitted {
    const known = this.#constantName(
      'z',
      valid === '1' ? `${name} === null ? 0 : 1` : `${name} === null ? 0 : ${valid}`,
    )
    const value = this.#constantName('t', `${name} === null ? ${defaultText(type)} : ${name}`)
    return { ...operand(value, type), valid: known }
  }

  #enterUdf(name: string): void {
    let index = this.#udfs.indexOf(name)
    if (index === -1) index = this.#udfs.push(name) - 1
    this.add(`u = ${index};`)
  }

  /** Computes only where `valid` holds. */
  #guarded(bound: Bound, valid: string, compute: () => Emitted): Emitted {
    const value = this.fresh('t')
    let resultValid = valid
    const statements = this.nested(() => {
      const inner = compute()
      this.add(`${value} = ${inner.value};`)
      if (inner.valid !== '1') {
        resultValid = this.fresh('z')
        this.add(`${resultValid} = ${inner.valid};`)
      }
    })
    this.add(`let ${value} = ${defaultText(bound.type)};`)
    if (resultValid !== valid) this.add(`let ${resultValid} = 0;`)
    this.add(`if (${valid} === 1) {\n${statements}\n}`)
    return { ...operand(value, bound.type), valid: resultValid }
  }

  #logic(bound: BoundLogic): Emitted {
    const decisive = bound.kind === 'or'
    const left = this.emit(bound.left)
    const [value, valid] = [this.fresh('t'), this.fresh('z')]
    const isDecisive = (part: Emitted): string => (decisive ? part.value : `!${part.value}`)
    if (isHarmless(bound.right)) return this.#bothSides(left, this.emit(bound.right), decisive)
    let rightValid = '1'
    const statements = this.nested(() => {
      const right = this.emit(bound.right)
      rightValid = right.valid
      this.add(`${value} = ${right.value};`)
      if (left.valid === '1' && right.valid === '1') return
      this.add(`${valid} = ${right.valid} === 1 && ${isDecisive(right)} ? 1 : ${left.valid} & ${right.valid};`)
    })
    const always = left.valid === '1' && rightValid === '1'
    this.add(`let ${value} = ${decisive};`)
    if (!always) this.add(`let ${valid} = 1;`)
    const leftDecides = left.valid === '1' ? isDecisive(left) : `(${left.valid} === 1 && ${isDecisive(left)})`
    this.add(`if (!(${leftDecides})) {\n${statements}\n}`)
    return { ...plain(value), valid: always ? '1' : valid }
  }

  /** AND or OR with both sides computed: no branch. */
  #bothSides(left: Emitted, right: Emitted, decisive: boolean): Emitted {
    const [a, b] = [bitOf(left), bitOf(right)]
    if (left.valid === '1' && right.valid === '1') {
      return bitValue(this.#constantName('t', decisive ? `${a} | ${b}` : `${a} & ${b}`), '1')
    }
    const [x, y] = [left.valid, right.valid]
    if (decisive) {
      const bit = this.#constantName('t', `(${x} & ${a}) | (${y} & ${b})`)
      return bitValue(bit, this.#constantName('z', `${bit} | (${x} & ${y})`))
    }
    const bit = this.#constantName('t', `${x} & ${a} & ${y} & ${b}`)
    return bitValue(bit, this.#constantName('z', `${bit} | (${x} & (${a} ^ 1)) | (${y} & (${b} ^ 1))`))
  }

  #case(bound: BoundCase): Emitted {
    const value = this.fresh('t')
    const valid = this.fresh('z')
    const assign = (result: Bound): string =>
      this.nested(() => {
        const emitted = this.emit(result)
        this.add(`${value} = ${emitted.value};`)
        if (bound.nullable) this.add(`${valid} = ${emitted.valid};`)
      })
    const branch = (index: number): string => {
      const condition = bound.conditions[index]
      if (condition === undefined) return assign(bound.otherwise)
      return this.nested(() => {
        const truth = this.truth(condition)
        const then = assign(bound.results[index] ?? bound.otherwise)
        this.add(`if (${truth}) {\n${then}\n} else {\n${branch(index + 1)}\n}`)
      })
    }
    this.add(`let ${value} = ${defaultText(bound.type)};`)
    if (bound.nullable) this.add(`let ${valid} = 0;`)
    this.add(`{\n${branch(0)}\n}`)
    return { ...operand(value, bound.type), valid: bound.nullable ? valid : '1' }
  }

  #coalesce(bound: BoundCoalesce): Emitted {
    const value = this.fresh('t')
    const valid = this.fresh('z')
    const attempt = (index: number): string =>
      this.nested(() => {
        const arg = bound.args[index]
        if (arg === undefined) return
        const emitted = this.emit(arg)
        this.add(`if (${emitted.valid} === 1) { ${value} = ${emitted.value}; ${valid} = 1; }`)
        if (emitted.valid !== '1') this.add(`else {\n${attempt(index + 1)}\n}`)
      })
    this.add(`let ${value} = ${defaultText(bound.type)}, ${valid} = 0;`)
    this.add(`{\n${attempt(0)}\n}`)
    return { ...operand(value, bound.type), valid: bound.nullable ? valid : '1' }
  }

  #allValid(args: readonly Emitted[]): string {
    const parts = [...new Set(args.map((arg) => arg.valid).filter((valid) => valid !== '1'))]
    if (parts.length === 0) return '1'
    if (parts.includes('0')) return '0'
    return parts.length === 1 ? (parts[0] ?? '1') : this.#constantName('z', parts.join(' & '))
  }

  #constantName(prefix: string, text: string): string {
    const name = this.fresh(prefix)
    this.add(`const ${name} = ${text};`)
    return name
  }
}

/** Whether evaluating it early can neither fail nor be noticed. */
function isHarmless(bound: Bound): boolean {
  if (bound.kind === 'input' || bound.kind === 'constant') return true
  if (bound.kind === 'isNull') return isHarmless(bound.input)
  if (bound.kind === 'and' || bound.kind === 'or') return isHarmless(bound.left) && isHarmless(bound.right)
  if (bound.kind !== 'call' || bound.udf !== undefined || bound.volatility !== 'immutable') return false
  const { total, inline } = bound.kernel()
  return total === true && inline !== undefined && bound.args.every(isHarmless)
}

const plain = (text: string): Emitted => ({ value: text, number: text, valid: '1' })

/** A boolean that a variable holds as 0 or 1. */
const bitValue = (bit: string, valid: string): Emitted => ({ value: `(${bit} === 1)`, number: bit, bit, valid })

/** A variable of a type; 64-bit values become doubles on demand. */
function operand(name: string, type: DataType): Operand {
  const storage = storageOf(type)
  return { value: name, number: storage === 'bigint' || storage === 'decimal' ? `Number(${name})` : name }
}

const signedHalves = (at: number): string => `(h${at}[(i << 1) + 1] * 4294967296 + l${at}[i << 1])`
const unsignedHalves = (at: number): string => `(l${at}[(i << 1) + 1] * 4294967296 + l${at}[i << 1])`

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
