// Types as data: arrow_typeof and the casts whose target is a text.

import { conversionKernel } from '../cast/cast.ts'
import { type Argument, literalText, type ScalarFunction, scalarFunction } from '../contract/scalar.ts'
import { anything, exactly, text } from '../contract/signature.ts'
import { parseArrowType } from '../types/arrow-name.ts'
import { plainType } from '../types/coercion.ts'
import { type DataType, displayType, nullType, utf8 } from '../types/type.ts'

/** A dictionary is how a column is written: what is cast to one has the type of its values. */
const targetOf = (name: string, args: readonly Argument[]): DataType =>
  plainType(parseArrowType(literalText(name, args, 1)))

const arrowCast = (name: 'arrow_cast' | 'arrow_try_cast', safe: boolean): ScalarFunction =>
  scalarFunction({
    name,
    family: 'other',
    usage: `${name}(value, type)`,
    summary: `The value converted to a type named as Arrow does; a value that cannot be converted ${safe ? 'gives null' : 'is an error'}`,
    examples: [[`arrow_typeof(${name}(1, 'Decimal128(10, 2)'))`, "'Decimal128(10, 2)'"]],
    signature: exactly([anything, text]),
    returns: (args) => {
      const target = targetOf(name, args)
      conversionKernel(args[0]?.type ?? nullType, target, safe)
      return target
    },
    givesNull: safe,
    kernel: (args, returns) => conversionKernel(args[0]?.type ?? nullType, returns, safe),
  })

export const conversionFunctions = [
  arrowCast('arrow_cast', false),
  arrowCast('arrow_try_cast', true),
  scalarFunction({
    name: 'arrow_typeof',
    family: 'other',
    usage: 'arrow_typeof(value)',
    summary: 'The type of a value, named as Arrow does',
    examples: [['arrow_typeof(1)', "'Int64'"]],
    signature: exactly([anything]),
    returns: utf8,
    nulls: 'call',
    givesNull: false,
    kernel: (args) => {
      const name = args[0] === undefined ? '' : displayType(args[0].type)
      return { total: true, row: () => name }
    },
  }),
  scalarFunction({
    name: 'version',
    family: 'other',
    usage: 'version()',
    summary: 'The name and version of the engine',
    examples: [["starts_with(version(), 'Volley')", 'true']],
    signature: exactly([]),
    returns: utf8,
    kernel: { total: true, row: () => 'Volley 0.1' },
  }),
]
