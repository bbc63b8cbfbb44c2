// The step that keeps each distinct row once.

import { asBefore } from '../../program/columns.ts'
import { asBoolean, invalidJob } from '../json-checks.ts'
import type { StepKind } from '../step-kind.ts'

/** `{ "distinct": true }` */
export const distinct: StepKind<'distinct'> = {
  kind: 'distinct',
  fields: {},
  schema: { const: true, description: 'Keeps each distinct row once' },
  parse: (json, pointer) => {
    if (asBoolean(json, pointer)) return { kind: 'distinct' }
    throw invalidJob(pointer, 'leave the step out instead of false')
  },
  nodes: () => [],
  plan: (_, schema) => [
    { op: 'aggregate', phase: 'single', by: schema.map(({ name }) => asBefore(name)), aggregates: [], schema },
  ],
}
