// The step that keeps the rows for which a condition is true.

import { expressionSchema } from '../json-schema.ts'
import type { StepKind } from '../step-kind.ts'

/** `{ "filter": "delay > 60" }` */
export const filter: StepKind<'filter'> = {
  kind: 'filter',
  fields: { condition: 'node' },
  schema: { description: 'Keeps the rows for which this is true', allOf: [expressionSchema] },
  parse: (json, pointer, { exprs }) => ({ kind: 'filter', condition: exprs.expr(json, pointer) }),
  nodes: ({ condition }) => [condition],
  plan: ({ condition }) => [{ op: 'filter', condition }],
}
