// The step that makes one row of each group.

import { planAggregate } from '../../../functions/bind/aggregate.ts'
import { positionOf } from '../../../functions/bind/column-names.ts'
import { catalogue } from '../../../functions/catalogue/catalogue.ts'
import { PlanError } from '../../../functions/errors.ts'
import { displayNode } from '../../../functions/expr/display.ts'
import type { Schema } from '../../../functions/types/type.ts'
import { unique } from '../../program/columns.ts'
import type { Program } from '../../program/program.ts'
import { schemaAfter } from '../../program/schema.ts'
import { asRecordOf, below } from '../json-checks.ts'
import { expressionsSchema, record } from '../json-schema.ts'
import type { StepKind } from '../step-kind.ts'

/** `{ "aggregate": { "by": ["origin"], "values": ["count(*) as n"] } }` */
export const aggregate: StepKind<'aggregate'> = {
  kind: 'aggregate',
  fields: { by: 'nodes', values: 'nodes', outputNames: 'texts?' },
  schema: record('One row per group, or one in all', {
    by: { ...expressionsSchema, description: 'What to group by' },
    values: { ...expressionsSchema, description: 'Aggregates, such as `count(*) as n`' },
  }),
  parse: (json, pointer, parser) => {
    const { by = [], values = [] } = asRecordOf(json, pointer, ['by', 'values'])
    return {
      kind: 'aggregate',
      by: parser.list(by, below(pointer, 'by'), (key, here) => parser.exprs.groupKey(key, here)),
      values: parser.list(values, below(pointer, 'values'), (value, here) => parser.exprs.expr(value, here)),
    }
  },
  describe: ({ by, values }) =>
    `${by.length === 0 ? '' : `by ${by.map(displayNode).join(', ')}: `}${values.map(displayNode).join(', ')}`,
  nodes: ({ by, values }) => [...by, ...values],
  plan: (step, schema) => {
    refuseShadowed(step.outputNames ?? [], schema)
    const { inputs, by, sets, aggregates, project } = planAggregate(step.by, step.values, catalogue)
    const before: Program = inputs === undefined ? [] : [{ op: 'project', columns: inputs }]
    const grouping = { by: unique(by), ...(sets === undefined ? {} : { sets }), aggregates }
    return [
      ...before,
      { op: 'aggregate', phase: 'single', ...grouping, schema: before.reduce(schemaAfter, schema) },
      { op: 'project', columns: unique(project) },
    ]
  },
}

/** In GROUP BY and HAVING a column goes before an output name, as in DataFusion; here the text meant the latter. */
function refuseShadowed(names: readonly string[], schema: Schema): void {
  const name = names.find((each) => positionOf(each, schema) !== undefined)
  if (name === undefined) return
  throw new PlanError(
    'type_mismatch',
    `Cannot use "${name}" for an item of the query: GROUP BY and HAVING mean the column of that name. Name the item otherwise, or repeat its expression there`,
    { details: { column: name } },
  )
}
