// UDFs in vector mode: called per batch with Arrow vectors, giving a vector, a typed array or an array.

import * as arrow from 'apache-arrow'
import { fromData, toData } from '../column/arrow.ts'
import { type PlainColumn, storageOf, valueAt } from '../column/column.ts'
import { concatColumns } from '../column/concat.ts'
import { allocateBuffer, columnOf } from '../column/output-buffer.ts'
import { resolveDictionary } from '../column/take.ts'
import type { ScalarKernel } from '../contract/scalar.ts'
import type { ScalarUdf } from '../contract/udf.ts'
import { fromArrowType } from '../types/arrow.ts'
import { plainType } from '../types/coercion.ts'
import { displayType, field, sameType } from '../types/type.ts'
import type { Value } from '../types/value.ts'
import { wrongResult } from './failure.ts'
import { fromUser } from './user-values.ts'

/** The kernel of a vector UDF. One row is a batch of one. */
export function vectorKernel(udf: ScalarUdf, fn: (...vectors: unknown[]) => unknown): ScalarKernel {
  const vector = (args: readonly PlainColumn[], length: number): PlainColumn => {
    const vectors = args.map((column, i) => new arrow.Vector([toData(column, field('', udf.inputs[i] ?? column.type))]))
    return resultColumn(udf, fn(...vectors), length)
  }
  return {
    vector,
    row: (...values: readonly Value[]) => {
      const columns = values.map((value, i) => columnOf([value], plainType(udf.inputs[i] ?? udf.returns.type)))
      return valueAt(vector(columns, 1), 0)
    },
  }
}

/** What the function returned as a column of the declared type. */
function resultColumn(udf: ScalarUdf, result: unknown, length: number): PlainColumn {
  const type = plainType(udf.returns.type)
  const size = typeof result === 'object' && result !== null && 'length' in result ? result.length : undefined
  if (typeof size !== 'number')
    wrong(
      udf,
      `${result === null ? 'null' : `a ${typeof result}`}: a vector UDF returns a Vector, a typed array or an array`,
    )
  if (size !== length) wrong(udf, `${size} values for a batch of ${length} rows`)
  if (arrow.isArrowVector(result)) return vectorColumn(udf, result as arrow.Vector, length)
  const buffer = allocateBuffer(type, 0, false).v
  if (
    ArrayBuffer.isView(result) &&
    !Array.isArray(buffer) &&
    result.constructor === buffer.constructor &&
    storageOf(type) !== 'mask'
  ) {
    return { storage: storageOf(type), type, length, valid: undefined, values: result } as unknown as PlainColumn
  }
  const check = fromUser(udf.name, udf.returns)
  return columnOf(Array.from(result as Iterable<unknown>, check), type)
}

function vectorColumn(udf: ScalarUdf, vector: arrow.Vector, length: number): PlainColumn {
  const type = plainType(udf.returns.type)
  const actual = fromArrowType(vector.type)
  if (!sameType(plainType(actual), type)) wrong(udf, `a vector of ${displayType(actual)}`)
  return concatColumns(
    vector.data.map((data) => resolveDictionary(fromData(data, type))),
    type,
    length,
  )
}

function wrong({ name, returns }: ScalarUdf, what: string): never {
  const type = displayType(returns.type)
  throw wrongResult(`Function "${name}" returned ${what}, its declared type is ${type}`, { udf: name, type })
}
