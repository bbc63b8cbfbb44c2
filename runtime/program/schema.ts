// The schema that each step of a program gives, from the schema it gets: planning without running anything.

import { aggregateSchema, bindAggregate, keyFields } from '../../functions/bind/aggregate.ts'
import { Binder } from '../../functions/bind/binder.ts'
import { bindWindow } from '../../functions/bind/window.ts'
import { catalogue } from '../../functions/catalogue/catalogue.ts'
import { type Field, field, float64, type Schema } from '../../functions/types/type.ts'
import type { AggregateOp, Program, ProgramOp } from './program.ts'

/**
 * The schema after `op`.
 *
 * @throws {PlanError} Whatever is wrong with the step's expressions: names, types, arguments.
 */
export function schemaAfter(schema: Schema, op: ProgramOp): Schema {
  const binder = new Binder(schema, catalogue)
  switch (op.op) {
    case 'filter':
      binder.condition(binder.bind(op.condition), 'a filter')
      return schema
    case 'project':
      return op.columns.map(({ name, node }) => {
        const bound = binder.bind(node)
        return field(name, bound.type, bound.nullable)
      })
    case 'aggregate':
      return op.phase === 'partial' ? partialSchema(op) : aggregateSchema(op.schema, op, catalogue)
    case 'window':
      return [
        ...schema,
        ...op.windows.map(({ name, node }) => ({ ...bindWindow(binder, node, catalogue).returns, name })),
      ]
    case 'sort':
      for (const key of op.keys) binder.bind(key)
      return schema
    case 'limit':
    case 'exchange':
      return schema
    case 'rowIds':
      return [...schema, field(op.name, float64, false)]
    case 'reorder':
      return schema.filter(({ name }) => name !== op.name)
  }
}

/** The schema after a whole program. */
export const schemaAfterAll = (schema: Schema, program: Program): Schema => program.reduce(schemaAfter, schema)

/** The columns of partial states: keys by name, then each aggregate's state fields, named by position. */
export function partialSchema({ schema, by, sets, aggregates }: AggregateOp): Schema {
  const binder = new Binder(schema, catalogue)
  const states = aggregates.flatMap((node, a): readonly Field[] =>
    bindAggregate(binder, node, catalogue).state.map((state) => ({
      ...state,
      name: stateName(a, state.name),
      nullable: true,
    })),
  )
  return [...keyFields(binder, sets === undefined ? { by } : { by, sets }), ...states]
}

/** The name of a state column in partial results. */
const stateName = (aggregate: number, state: string): string => `#${aggregate}.${state}`
