// The step that orders the rows, stably.

import { expressionsSchema } from '../json-schema.ts'
import type { StepKind } from '../step-kind.ts'

/** `{ "sort": ["n desc"] }` */
export const sort: StepKind<'sort'> = {
  kind: 'sort',
  fields: { keys: 'sortKeys' },
  schema: { ...expressionsSchema, description: 'Orders the rows by these keys, such as `n desc nulls last`' },
  parse: (json, pointer, parser) => ({
    kind: 'sort',
    keys: parser.list(json, pointer, (key, here) => parser.exprs.sortKey(key, here)),
  }),
  nodes: ({ keys }) => keys,
  plan: ({ keys }) => [{ op: 'sort', keys }],
}
