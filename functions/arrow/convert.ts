// Handing out Arrow's objects in the user's own copy of the library, where that is another one than ours.

import { withArticle } from '../article.ts'
import { PlanError } from '../errors.ts'
import { type Adopter, type ArrowLibrary, createAdopter } from './adopt.ts'
import { isData, isDataType, isField, isRecordBatch, isSchema, isTable, isVector } from './recognise.ts'

type Class = abstract new (...args: never) => unknown

/**
 * A copy of Arrow JavaScript: `import * as arrow from 'apache-arrow'`, of any version from 13, or its CommonJS build. It
 * says whose classes tables, batches and vectors are made of.
 */
export interface ArrowModule {
  /** The class of tables. */
  readonly Table: Class
  /** The class of record batches. */
  readonly RecordBatch: Class
  /** The class of vectors. */
  readonly Vector: Class
  /** The class of the chunks of vectors. */
  readonly Data: Class
  /** The class of schemas. */
  readonly Schema: Class
  /** The class of fields. */
  readonly Field: Class
  /** What the classes of types derive from. */
  readonly DataType: Class
}

/** What `convertArrow` makes of a value: the same kind of object, of the classes of `Module`. */
export type ConvertedArrow<Value, Module extends ArrowModule> = Value extends { readonly batches: unknown }
  ? InstanceType<Module['Table']>
  : Value extends { readonly schema: unknown; readonly data: unknown }
    ? InstanceType<Module['RecordBatch']>
    : Value extends { readonly fields: unknown; readonly metadata: unknown }
      ? InstanceType<Module['Schema']>
      : Value extends { readonly nullable: unknown; readonly metadata: unknown }
        ? InstanceType<Module['Field']>
        : Value extends { readonly type: unknown; readonly data: unknown }
          ? InstanceType<Module['Vector']>
          : Value extends { readonly type: unknown; readonly offset: unknown }
            ? InstanceType<Module['Data']>
            : InstanceType<Module['DataType']>

/**
 * An Arrow object of any copy of Arrow JavaScript as one of the copy that is given: the same values in the same memory,
 * with other classes around them.
 *
 * Arrow's functions ask with `instanceof` for classes of their own copy, and cannot write or join what is of another.
 * `collect`, `stream` and `evaluate` convert by themselves when they, or the session, are
 * told the copy; this is for what comes another way, as from `pool.run`.
 *
 * @param value - A table, record batch, vector, data, schema, field or type.
 * @param arrow - The copy to make it of.
 * @throws {PlanError} `invalid_argument` when `value` is no object of Arrow's or `arrow` not its module; `unknown_type`
 * when that copy is too old to have the type of a column.
 * @example
 * import { createRequire } from 'node:module'
 * import { tableFromArrays } from 'apache-arrow'
 * import { convertArrow } from 'volley'
 *
 * const arrow = createRequire(import.meta.url)('apache-arrow') // the CommonJS build is a copy of its own
 * const table = convertArrow(tableFromArrays({ n: Int32Array.of(1, 2) }), arrow)
 * arrow.tableFromIPC(arrow.tableToIPC(table)).numRows // => 2
 *
 * @see docs/guide/arrow.md
 */
export function convertArrow<Value, Module extends ArrowModule>(
  value: Value,
  arrow: Module,
): ConvertedArrow<Value, Module> {
  return adoptAny(createAdopter(libraryOf(arrow)), value) as ConvertedArrow<Value, Module>
}

function adoptAny(adopter: Adopter, value: unknown): unknown {
  if (isTable(value)) return adopter.table(value)
  if (isRecordBatch(value)) return adopter.batch(adopter.schema(value.schema), value)
  if (isVector(value)) return adopter.vector(value)
  if (isData(value)) return adopter.data(value)
  if (isSchema(value)) return adopter.schema(value)
  if (isField(value)) return adopter.field(value)
  if (isDataType(value)) return adopter.type(value)
  throw new PlanError(
    'invalid_argument',
    `Cannot convert ${withArticle(value === null ? 'null' : typeof value)}: give a table, record batch, vector, data, schema, field or type of Arrow JavaScript`,
  )
}

const classes = ['Table', 'RecordBatch', 'Vector', 'Data', 'Schema', 'Field', 'Struct', 'Dictionary'] as const

/** The module that an option names, checked. @throws {PlanError} `invalid_argument` */
export function libraryOf(arrow: ArrowModule): ArrowLibrary {
  const library = arrow as unknown as ArrowLibrary
  const isLibrary =
    typeof arrow === 'object' && arrow !== null && classes.every((name) => typeof library[name] === 'function')
  if (isLibrary) return library
  throw new PlanError(
    'invalid_argument',
    "Cannot make Arrow objects with this: arrow is the module itself, import * as arrow from 'apache-arrow'",
  )
}
