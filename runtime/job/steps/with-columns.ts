// The step that adds columns, or replaces those of the same name; the expressions see the columns as they were before.

import { displayNode } from '../../../functions/expr/display.ts'
import { asBefore, unique } from '../../program/columns.ts'
import { asArray, asObject, below } from '../json-checks.ts'
import { expressionSchema } from '../json-schema.ts'
import type { StepKind } from '../step-kind.ts'

/** `{ "withColumns": { "hours": "delay / 60.0" } }` */
export const withColumns: StepKind<'withColumns'> = {
  kind: 'withColumns',
  fields: { columns: 'named' },
  schema: {
    type: 'object',
    description: 'Adds columns by name, or replaces those of the same name',
    additionalProperties: expressionSchema,
  },
  parse: (json, pointer, { exprs, maxColumns }) => {
    const entries = Object.entries(asObject(json, pointer))
    asArray(entries, pointer, maxColumns)
    const columns = entries.map(([name, item]) => ({ name, node: exprs.expr(item, below(pointer, name)) }))
    return { kind: 'withColumns', columns }
  },
  describe: ({ columns }) => columns.map(({ name, node }) => `${name} = ${displayNode(node)}`).join(', '),
  nodes: ({ columns }) => columns.map(({ node }) => node),
  plan: ({ columns }, schema) => {
    const all = [...schema.map(({ name }) => asBefore(name)), ...unique(columns)]
    return [{ op: 'project', columns: [...new Map(all.map((column) => [column.name, column])).values()] }]
  },
}
