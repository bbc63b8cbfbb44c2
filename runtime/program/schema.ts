// The schema that each operation of a program gives, from the schema it gets: planning without running anything.

import type { Schema } from '../../functions/types/type.ts'
import { operationOf } from './operations.ts'
import type { Program, ProgramOp } from './program.ts'

/**
 * The schema after `op`.
 *
 * @throws {PlanError} Whatever is wrong with its expressions: names, types, arguments.
 */
export const schemaAfter = (schema: Schema, op: ProgramOp): Schema => operationOf(op).schema(op, schema)

/** The schema after a whole program. */
export const schemaAfterAll = (schema: Schema, program: Program): Schema => program.reduce(schemaAfter, schema)
