// A call of a table function: the user's function is called with constants, and what it gives becomes batches of the
// declared columns, as they are asked for.

import { isRecordBatch, isTable } from '../arrow/recognise.ts'
import type { Batch, PlainColumn } from '../column/column.ts'
import { columnOf } from '../column/output-buffer.ts'
import type { TableUdf } from '../contract/udf.ts'
import { describeValue } from '../describe-value.ts'
import { InternalError } from '../errors.ts'
import { plainType } from '../types/coercion.ts'
import type { Field, Schema } from '../types/type.ts'
import type { Value } from '../types/value.ts'
import { rowFailure, wrongResult } from './failure.ts'
import { fromUser, toUser } from './user-values.ts'
import { resultColumn } from './vector.ts'

/** Rows that are gathered before they are handed on. */
const ROWS_AT_ONCE = 8192

/** The columns of a table function. */
export function columnsOfTable({ name, returns }: TableUdf): Schema {
  if (returns.type.kind === 'struct') return returns.type.fields
  throw new InternalError(`Function "${name}" has no columns`)
}

/**
 * Calls a table function that is live, and takes its rows.
 *
 * @throws {UdfError} `udf_failed`, `udf_wrong_result`
 */
export async function* callTable(udf: TableUdf, args: readonly Value[]): AsyncGenerator<Batch, void, undefined> {
  const rows = new RowCollector(udf)
  try {
    for await (const item of await givenBy(udf, args)) {
      if (isTable(item) || isRecordBatch(item)) {
        if (rows.waiting > 0) yield rows.take()
        yield rows.batchOf(item)
      } else {
        rows.add(item)
        if (rows.waiting === ROWS_AT_ONCE) yield rows.take()
      }
    }
  } catch (thrown) {
    throw rowFailure(udf.name, thrown, rows.count)
  }
  if (rows.waiting > 0) yield rows.take()
}

async function givenBy({ name, inputs, int64As, body }: TableUdf, args: readonly Value[]): Promise<Iterable<unknown>> {
  if (body.kind !== 'live') throw new InternalError(`Function "${name}" was not prepared before it was called`)
  const values = args.map((value, i) => {
    const type = inputs[i]
    const convert = type === undefined || value === null ? undefined : toUser(type, int64As, name)
    return convert === undefined ? value : convert(value)
  })
  const given: unknown = await Reflect.apply(body.fn, undefined, values)
  if (isTable(given) || isRecordBatch(given)) return [given]
  const isMany =
    typeof given === 'object' && given !== null && (Symbol.iterator in given || Symbol.asyncIterator in given)
  if (isMany) return given as Iterable<unknown>
  throw wrongResult(
    `Function "${name}" returned ${describeValue(given)}: a table function gives rows in an array or a generator, or a table`,
    { udf: name },
  )
}

/** Rows by column, until they become a batch. */
class RowCollector {
  readonly #name: string
  readonly #schema: Schema
  readonly #read: readonly ((value: unknown) => Value)[]
  #columns: Value[][]
  /** All rows that have come. */
  count = 0
  waiting = 0

  constructor(udf: TableUdf) {
    this.#name = udf.name
    this.#schema = columnsOfTable(udf)
    this.#read = this.#schema.map((column) => fromUser(`${udf.name}().${column.name}`, column))
    this.#columns = this.#schema.map(() => [])
  }

  add(row: unknown): void {
    if (typeof row !== 'object' || row === null || Array.isArray(row)) {
      throw wrongResult(
        `Function "${this.#name}" gave ${describeValue(row)} for row ${this.count}: a row is an object of values by column`,
        { udf: this.#name, row: this.count },
      )
    }
    if (this.count === 0) this.#checkNames(row)
    for (const [i, { name }] of this.#schema.entries()) {
      this.#columns[i]?.push(this.#read[i]?.(Object.hasOwn(row, name) ? Reflect.get(row, name) : null) ?? null)
    }
    this.count += 1
    this.waiting += 1
  }

  /** The first row shows names that nobody declared. */
  #checkNames(row: object): void {
    const unknown = Object.keys(row).find((key) => !this.#schema.some(({ name }) => name === key))
    if (unknown === undefined) return
    const names = this.#schema.map(({ name }) => name).join(', ')
    throw wrongResult(`Function "${this.#name}" gave a row with "${unknown}": its columns are ${names}`, {
      udf: this.#name,
      column: unknown,
    })
  }

  take(): Batch {
    const columns = this.#schema.map(({ type }, i) => columnOf(this.#columns[i] ?? [], plainType(type)))
    const batch = { length: this.waiting, columns }
    this.#columns = this.#schema.map(() => [])
    this.waiting = 0
    return batch
  }

  batchOf(table: { readonly numRows: number; getChild(name: string): unknown }): Batch {
    const columns = this.#schema.map((column): PlainColumn => this.#child(table, column))
    this.count += table.numRows
    return { length: table.numRows, columns }
  }

  #child(table: { readonly numRows: number; getChild(name: string): unknown }, column: Field): PlainColumn {
    const child = table.getChild(column.name)
    if (child !== null && child !== undefined) {
      return resultColumn({ name: `${this.#name}().${column.name}`, returns: column }, child, table.numRows)
    }
    throw wrongResult(`Function "${this.#name}" gave a table without the column "${column.name}"`, {
      udf: this.#name,
      column: column.name,
    })
  }
}
