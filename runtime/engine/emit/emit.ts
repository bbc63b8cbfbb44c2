// Bound expressions to JavaScript statements for one row of a generated loop: what is computed, in which order, and what
// is only computed where it decides something. How inputs are read and calls are made is said in files of their own.

import type { Bound, BoundCase, BoundCoalesce, BoundLogic } from '../../../functions/bind/bound.ts'
import { InternalError } from '../../../functions/errors.ts'
import type { DataType } from '../../../functions/types/type.ts'
import type { Value } from '../../../functions/types/value.ts'
import { emitCall } from './call.ts'
import { emitInput, type InputLayout } from './input.ts'
import { StatementWriter } from './statements.ts'
import { bitOf, bitValue, defaultText, type Emitted, nullValue, plainValue, variable } from './values.ts'

export class Emitter extends StatementWriter {
  readonly #layouts: ReadonlyMap<number, InputLayout>

  /** @param layouts - The layout of each input column, by its index. */
  constructor(layouts: ReadonlyMap<number, InputLayout>) {
    super()
    this.#layouts = layouts
  }

  /** Emits what computes an expression in the current row; the same expression is computed once per scope. */
  emit(bound: Bound): Emitted {
    return this.once(bound.id, () => this.#compute(bound))
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
      case 'input': {
        const layout = this.#layouts.get(bound.index)
        if (layout === undefined) throw new InternalError(`Column ${bound.index} is not an input of the loop`)
        return emitInput(this, bound, layout)
      }
      case 'constant':
        return this.#constant(bound.value, bound.type)
      case 'isNull': {
        const { valid } = this.emit(bound.input)
        return plainValue(bound.negated ? `(${valid} === 1)` : `(${valid} === 0)`)
      }
      case 'and':
      case 'or':
        return this.#logic(bound)
      case 'case':
        return this.#case(bound)
      case 'coalesce':
        return this.#coalesce(bound)
      case 'call':
        return emitCall(
          this,
          bound,
          bound.args.map((arg) => this.emit(arg)),
        )
    }
  }

  #constant(value: Value, type: DataType): Emitted {
    if (value === null) return nullValue(type)
    if (typeof value === 'boolean') return plainValue(String(value))
    if (typeof value === 'number' && Number.isFinite(value))
      return plainValue(Object.is(value, -0) ? '(-0)' : `(${value})`)
    if (typeof value === 'bigint') return { value: `(${value}n)`, number: `(${Number(value)})`, valid: '1' }
    return plainValue(this.parameter(value))
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
    return { value, number: value, valid: always ? '1' : valid }
  }

  /** AND or OR with both sides computed: no branch. */
  #bothSides(left: Emitted, right: Emitted, decisive: boolean): Emitted {
    const [a, b] = [bitOf(left), bitOf(right)]
    if (left.valid === '1' && right.valid === '1') {
      return bitValue(this.define('t', decisive ? `${a} | ${b}` : `${a} & ${b}`), '1')
    }
    const [x, y] = [left.valid, right.valid]
    if (decisive) {
      const bit = this.define('t', `(${x} & ${a}) | (${y} & ${b})`)
      return bitValue(bit, this.define('z', `${bit} | (${x} & ${y})`))
    }
    const bit = this.define('t', `${x} & ${a} & ${y} & ${b}`)
    return bitValue(bit, this.define('z', `${bit} | (${x} & (${a} ^ 1)) | (${y} & (${b} ^ 1))`))
  }

  #case(bound: BoundCase): Emitted {
    const { conditions, results, otherwise, nullable } = bound
    const value = this.fresh('t')
    const valid = this.fresh('z')
    const assign = (result: Bound): void => {
      const emitted = this.emit(result)
      this.add(`${value} = ${emitted.value};`)
      if (nullable) this.add(`${valid} = ${emitted.valid};`)
    }
    this.add(`let ${value} = ${defaultText(bound.type)};`)
    if (nullable) this.add(`let ${valid} = 0;`)
    this.#block((leave) => {
      for (const [i, condition] of conditions.entries()) {
        const truth = this.truth(condition)
        const then = this.nested(() => assign(results[i] ?? otherwise))
        this.add(`if (${truth}) {\n${then}\n${leave}\n}`)
      }
      assign(otherwise)
    })
    return variable(value, bound.type, nullable ? valid : '1')
  }

  #coalesce(bound: BoundCoalesce): Emitted {
    const value = this.fresh('t')
    const valid = this.fresh('z')
    this.add(`let ${value} = ${defaultText(bound.type)}, ${valid} = 0;`)
    this.#block((leave) => {
      for (const arg of bound.args) {
        const emitted = this.emit(arg)
        this.add(`if (${emitted.valid} === 1) { ${value} = ${emitted.value}; ${valid} = 1; ${leave} }`)
        if (emitted.valid === '1') return
      }
    })
    return variable(value, bound.type, bound.nullable ? valid : '1')
  }

  /** Statements one after another, of which one may leave the others out: as nested branches, thousands would be too deep. */
  #block(fill: (leave: string) => void): void {
    const label = this.fresh('l')
    this.add(`${label}: {\n${this.nested(() => fill(`break ${label};`))}\n}`)
  }
}

/** Whether evaluating it early can neither fail nor be noticed. */
export function isHarmless(bound: Bound): boolean {
  if (bound.kind === 'input' || bound.kind === 'constant') return true
  if (bound.kind === 'isNull') return isHarmless(bound.input)
  if (bound.kind === 'and' || bound.kind === 'or') return isHarmless(bound.left) && isHarmless(bound.right)
  if (bound.kind !== 'call' || bound.udf !== undefined || bound.volatility !== 'immutable') return false
  const { total, inline } = bound.kernel()
  return total === true && inline !== undefined && bound.args.every(isHarmless)
}
