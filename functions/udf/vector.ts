// UDFs in vector mode: called per batch with Arrow vectors, they return a vector, a typed array or an array.

import * as arrow from 'apache-arrow'
import { createAdopter } from '../arrow/adopt.ts'
import { isVector } from '../arrow/recognise.ts'
import { withArticle } from '../article.ts'
import { fromData, toData } from '../column/arrow.ts'
import { checkData, InvalidArrayError } from '../column/check-data.ts'
import { type PlainColumn, storageOf, valueAt } from '../column/column.ts'
import { concatColumns } from '../column/concat.ts'
import { listColumn, listItems } from '../column/lists.ts'
import { allocateBuffer, columnOf } from '../column/output-buffer.ts'
import { resolveDictionary } from '../column/take.ts'
import type { ScalarKernel } from '../contract/scalar.ts'
import type { ScalarUdf } from '../contract/udf.ts'
import { fromArrowType } from '../types/arrow.ts'
import { plainType } from '../types/coercion.ts'
import { type DataType, displayType, field, sameType } from '../types/type.ts'
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

/** What is known of a result: whose it is, and what was declared. */
type Result = Pick<ScalarUdf, 'name' | 'returns'>

/** What the function returned as a column of the declared type. */
export function resultColumn(udf: Result, result: unknown, length: number): PlainColumn {
  const type = plainType(udf.returns.type)
  const size = typeof result === 'object' && result !== null && 'length' in result ? result.length : undefined
  if (typeof size !== 'number')
    wrong(
      udf,
      `${withArticle(result === null ? 'null' : typeof result)}: a vector UDF returns a Vector, a typed array or an array`,
    )
  if (size !== length) wrong(udf, `${size} values for a batch of ${length} rows`)
  if (isVector(result)) return vectorColumn(udf, ownVector(result), length)
  const storage = storageOf(type)
  const { v: buffer } = allocateBuffer(type, 0, false)
  if (storage !== 'mask' && !Array.isArray(buffer) && arrayKind(result) === arrayKind(buffer)) {
    const values = Reflect.construct(buffer.constructor, [result])
    if (values.length !== length) wrong(udf, `${values.length} values for a batch of ${length} rows`)
    return { storage, type, length, valid: undefined, values } as unknown as PlainColumn
  }
  const check = fromUser(udf.name, udf.returns)
  return columnOf(Array.from(result as Iterable<unknown>, check), type)
}

/** A function may have made it with another copy of Arrow JavaScript, which came with a package that it uses. */
const ownVector = (vector: arrow.Vector): arrow.Vector =>
  Object.getPrototypeOf(vector.data[0] ?? vector) === arrow.Data.prototype ? vector : createAdopter().vector(vector)

function vectorColumn(udf: Result, vector: arrow.Vector, length: number): PlainColumn {
  const type = plainType(udf.returns.type)
  const actual = fromArrowType(vector.type)
  if (!sameType(plainType(actual), type)) wrong(udf, `a vector of ${displayType(actual)}`)
  const chunks = [...vector.data]
  const columns = chunks.map((data) => {
    checkChunk(udf, data, actual)
    return ownColumn(resolveDictionary(fromData(data, type)))
  })
  const rows = columns.reduce((sum, column) => sum + column.length, 0)
  if (rows !== length) wrong(udf, `a vector of ${rows} values for a batch of ${length} rows`)
  return concatColumns(columns, type, length)
}

/** The kind of a typed array, as nothing that a function does to it can change; undefined for anything else. */
const arrayKind = (value: unknown): unknown => kindGetter?.call(value)
const kindGetter = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)?.get

function checkChunk(udf: Result, data: arrow.Data, type: DataType): void {
  try {
    if (!sameType(fromArrowType(data.type), type)) throw new InvalidArrayError(`a part of it is ${data.type}`)
    checkData(data, 'it')
  } catch (error) {
    if (!(error instanceof InvalidArrayError)) throw error
    wrong(udf, `a vector that is not sound (${error.message})`)
  }
}

/**
 * A column in memory of its own: a function may reuse the array that it returned while rows still wait to be sorted.
 */
function ownColumn(column: PlainColumn): PlainColumn {
  switch (column.storage) {
    case 'null':
      return column
    case 'object': {
      const lists = listItems(column)
      if (lists === undefined) return column
      const own = { offsets: lists.offsets.slice(), items: ownColumn(resolveDictionary(lists.items)) }
      return listColumn(column.type, column.length, column.valid, own)
    }
    case 'bytes':
      return { ...column, offsets: column.offsets.slice(0, column.length + 1), values: column.values.slice() }
    default:
      return { ...column, values: column.values.slice() } as PlainColumn
  }
}

function wrong({ name, returns }: Result, what: string): never {
  const type = displayType(returns.type)
  throw wrongResult(`Function "${name}" returned ${what}, its declared type is ${type}`, { udf: name, type })
}
