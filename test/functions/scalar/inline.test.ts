// The JavaScript that functions give the generated loop must compute what their row function computes.

import t from 'tap'
import { resolveCast } from '../../../functions/cast/cast.ts'
import { scalarFunctions } from '../../../functions/catalogue/catalogue.ts'
import { type Argument, type Resolution, resolveScalar } from '../../../functions/contract/scalar.ts'
import type { ArithmeticOperator, ComparisonOperator } from '../../../functions/expr/node.ts'
import { resolveArithmetic, resolveNegation } from '../../../functions/scalar/arithmetic.ts'
import { resolveComparison } from '../../../functions/scalar/comparison.ts'
import { parseType } from '../../../functions/types/parse-type.ts'
import { type DataType, integerRange, isBigInt, isInteger } from '../../../functions/types/type.ts'
import type { Value } from '../../../functions/types/value.ts'

t.setTimeout(120_000)

const kinds = ['int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64', 'float32', 'float64', 'bool']
const floats = [0, -0, 0.5, -0.5, 1, -1, 2.5, -2.5, 3.7, 1e10, 1e300, -1e-300, Number.NaN, Infinity, -Infinity]

/** Values of a type, the edges among them. */
function samples(type: DataType): readonly Value[] {
  if (type.kind === 'bool') return [true, false]
  if (type.kind === 'float64') return floats
  if (type.kind === 'float32') return floats.map(Math.fround)
  const [least, most] = integerRange(type)
  const all = [least, least + 1n, -7n, -1n, 0n, 1n, 2n, 7n, 31n, 100n, most - 1n, most]
  const within = all.filter((value) => value >= least && value <= most)
  return isBigInt(type) ? within : within.map(Number)
}

/** What the inline text gives for some operands. */
function compile(resolution: Resolution): ((...values: readonly Value[]) => Value) | undefined {
  const { inline, inlineIf, row } = resolution.kernel()
  if (inline === undefined) return undefined
  const names = resolution.types.map((_, i) => `v${i}`)
  const operands = names.map((name) => ({ value: name, number: `Number(${name})` }))
  // Where the condition does not hold, loops call the row function.
  const text =
    inlineIf === undefined ? inline(...operands) : `${inlineIf(...operands)} ? ${inline(...operands)} : row(${names})`
  const compiled = new Function('row', ...names, `return ${text}`) as (...values: readonly unknown[]) => Value
  return (...values) => compiled(row, ...values)
}

/** What a function gives, or the message of what it throws. */
function outcome(fn: (...values: readonly Value[]) => Value, args: readonly Value[]): Value {
  try {
    return fn(...args)
  } catch (error) {
    return (error as Error).message
  }
}

/** The first arguments for which the two differ. */
function difference(resolution: Resolution): string | undefined {
  const inlined = compile(resolution)
  if (inlined === undefined) return undefined
  const row = resolution.kernel().row as (...values: readonly Value[]) => Value
  const [first = [undefined], second = [undefined]] = resolution.types.map((type) => samples(type))
  for (const a of first) {
    for (const b of second) {
      const args = [a, b].filter((value) => value !== undefined) as readonly Value[]
      const [wanted, got] = [outcome(row, args), outcome(inlined, args)]
      if (!Object.is(wanted, got)) return `${args.map(String).join(', ')}: ${String(got)}, not ${String(wanted)}`
    }
  }
  return undefined
}

const argument = (kind: string): Argument => ({ type: parseType(kind), nullable: true })

/** All choices of as many arguments. */
const combinations = (count: number): readonly (readonly string[])[] =>
  count === 0 ? [[]] : combinations(count - 1).flatMap((rest) => kinds.map((kind) => [...rest, kind]))

t.test('arithmetic is the same inline and by row', (t) => {
  for (const op of ['+', '-', '*', '/', '%'] as readonly ArithmeticOperator[]) {
    for (const [left = '', right = ''] of combinations(2)) {
      if (left === 'bool' || right === 'bool') continue
      t.equal(difference(resolveArithmetic(op, argument(left), argument(right))), undefined, `${left} ${op} ${right}`)
    }
  }
  for (const kind of kinds.filter((k) => !k.startsWith('u') && k !== 'bool'))
    t.equal(difference(resolveNegation(argument(kind))), undefined, `-${kind}`)
  t.end()
})

t.test('comparisons are the same inline and by row', (t) => {
  const operators: readonly ComparisonOperator[] = ['=', '<>', '<', '<=', '>', '>=', 'IS DISTINCT FROM']
  for (const op of operators) {
    for (const kind of kinds)
      t.equal(difference(resolveComparison(op, argument(kind), argument(kind))), undefined, `${kind} ${op}`)
    for (const literal of [0, 1.5, Number.NaN]) {
      const constant = { ...argument('float64'), literal }
      const resolution = resolveComparison(op, argument('float64'), constant)
      const inlined = compile(resolution)
      if (inlined === undefined) continue
      const row = resolution.kernel().row as (a: Value, b: Value) => Value
      for (const value of floats)
        t.equal(inlined(value, literal), row(value as never, literal as never), `${value} ${op} ${literal}`)
    }
  }
  t.end()
})

t.test('casts are the same inline and by row', (t) => {
  for (const [from = '', to = ''] of combinations(2)) {
    const resolution = resolveCast(argument(from), parseType(to), false)
    if (resolution !== undefined) t.equal(difference(resolution), undefined, `${from} to ${to}`)
  }
  t.end()
})

t.test('functions are the same inline and by row', (t) => {
  let inlined = 0
  for (const fn of scalarFunctions) {
    for (const count of [0, 1, 2]) {
      for (const types of combinations(count)) {
        let resolution: Resolution
        try {
          resolution = resolveScalar(fn, types.map(argument))
          if (fn.volatility === 'volatile' || resolution.kernel().inline === undefined) continue
        } catch {
          continue
        }
        inlined++
        t.equal(difference(resolution), undefined, `${fn.name}(${types.join(', ')})`)
      }
    }
  }
  t.ok(inlined > 300, `${inlined} forms were compared`)
  t.end()
})

t.test('results of small integer types stay within their width', (t) => {
  for (const kind of kinds.slice(0, 8)) {
    const type = parseType(kind)
    const [least, most] = integerRange(type)
    for (const op of ['+', '-', '*'] as const) {
      const row = resolveArithmetic(op, argument(kind), argument(kind)).kernel().row as (a: Value, b: Value) => Value
      for (const a of samples(type)) {
        for (const b of samples(type)) {
          const result = row(a as never, b as never)
          t.ok(isInteger(type) && BigInt(result as number) >= least && BigInt(result as number) <= most)
        }
      }
    }
  }
  t.end()
})
