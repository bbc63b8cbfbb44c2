// The columns in which partial states of aggregates travel from one stage to the next.

import { bindAggregate, keyFields } from '../../functions/bind/aggregate.ts'
import { Binder } from '../../functions/bind/binder.ts'
import { catalogue } from '../../functions/catalogue/catalogue.ts'
import type { Field, Schema } from '../../functions/types/type.ts'
import type { AggregateOp } from './program.ts'

/** Keys by name, then each aggregate's state fields, named by position. */
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
