// The step that says which columns there are from here on.

import { outputName } from '../../../functions/expr/display.ts'
import { unique } from '../../program/columns.ts'
import { expressionsSchema } from '../json-schema.ts'
import type { StepKind } from '../step-kind.ts'

/** `{ "select": ["origin", "delay / 60.0 as hours"] }` */
export const select: StepKind<'select'> = {
  kind: 'select',
  fields: { columns: 'named' },
  schema: { ...expressionsSchema, description: 'The columns from here on' },
  parse: (json, pointer, parser) => {
    const nodes = parser.list(json, pointer, (item, here) => parser.exprs.expr(item, here))
    return { kind: 'select', columns: nodes.map((node) => ({ name: outputName(node), node })) }
  },
  nodes: ({ columns }) => columns.map(({ node }) => node),
  plan: ({ columns }) => [{ op: 'project', columns: unique(columns) }],
}
