// The step that keeps the rows for which a condition is true.

import type { StepKind } from '../step-kind.ts'

/** `{ "filter": "delay > 60" }` */
export const filter: StepKind<'filter'> = {
  kind: 'filter',
  fields: { condition: 'node' },
  parse: (json, pointer, { exprs }) => ({ kind: 'filter', condition: exprs.expr(json, pointer) }),
  nodes: ({ condition }) => [condition],
  plan: ({ condition }) => [{ op: 'filter', condition }],
}
