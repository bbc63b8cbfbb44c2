// The schema that each operation of a program gives, from the schema it gets: planning without running anything.

import type { Schema } from '../../functions/types/type.ts'
import type { Pieces } from '../turns/turns.ts'
import { operationOf } from './operations.ts'
import type { Program, ProgramOp } from './program.ts'

/**
 * The schema after `op`.
 *
 * @throws {PlanError} Whatever is wrong with its expressions: names, types, arguments.
 */
export function schemaAfter(schema: Schema, op: ProgramOp): Schema {
  const known = schemasAfter.get(op)
  if (known?.before === schema) return known.after
  const after = operationOf(op).schema(op, schema)
  schemasAfter.set(op, { before: schema, after })
  return after
}

/** Planning asks several times: whole programs, programs cut into stages, the result. Each answer takes binding. */
const schemasAfter = new WeakMap<ProgramOp, { readonly before: Schema; readonly after: Schema }>()

/** The schema after a whole program. */
export function* schemaAfterAll(schema: Schema, program: Program): Pieces<Schema> {
  let after = schema
  for (const op of program) {
    after = schemaAfter(after, op)
    yield
  }
  return after
}
