// What users hold of a user-defined function: a function of columns that carries its definition and shows what it is.

import type { Udf } from '../contract/udf.ts'
import { refuseJson } from '../in-process-value.ts'
import { displayType } from '../types/type.ts'

/** Gives a builder of calls its name, its definition, and the way it is shown. */
export function asCallable<Call extends (...args: never[]) => unknown, Definition extends Udf>(
  call: Call,
  definition: Definition,
): Call & { readonly name: string; readonly definition: Definition } {
  const shown = (): string => describeUdf(definition)
  Object.defineProperty(call, 'name', { value: definition.name })
  Object.defineProperty(call, 'definition', { value: definition, enumerable: true })
  // A member whose value is a function would be left out without a word.
  Object.defineProperty(call, 'toJSON', {
    value: () =>
      refuseJson(`the function "${definition.name}"`, 'write a call of it, which is an expression, or its name'),
  })
  Object.defineProperty(call, Symbol.for('nodejs.util.inspect.custom'), { value: shown })
  return call as Call & { readonly name: string; readonly definition: Definition }
}

const kinds = { scalar: 'ScalarUDF', aggregate: 'AggregateUDF', window: 'WindowUDF', table: 'TableUDF' } as const

/** `ScalarUDF(gross(Float64) -> Float64)` */
export const describeUdf = ({ family, name, inputs, returns }: Udf): string =>
  `${kinds[family]}(${name}(${inputs.map(displayType).join(', ')}) -> ${displayType(returns.type)})`
