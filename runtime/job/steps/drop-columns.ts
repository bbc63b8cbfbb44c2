// The step that leaves columns out.

import { Binder } from '../../../functions/bind/binder.ts'
import { catalogue } from '../../../functions/catalogue/catalogue.ts'
import { asBefore } from '../../program/columns.ts'
import { asText } from '../json-checks.ts'
import type { StepKind } from '../step-kind.ts'

/** `{ "dropColumns": ["delay"] }` */
export const dropColumns: StepKind<'dropColumns'> = {
  kind: 'dropColumns',
  fields: { names: 'texts' },
  schema: { type: 'array', description: 'Leaves out these columns', items: { type: 'string' } },
  parse: (json, pointer, parser) => ({ kind: 'dropColumns', names: parser.list(json, pointer, asText) }),
  describe: ({ names }) => names.join(', '),
  nodes: () => [],
  plan: ({ names }, schema) => {
    const binder = new Binder(schema, catalogue)
    const dropped = new Set(names.map((name) => binder.columnIndex(name)))
    return [{ op: 'project', columns: schema.filter((_, i) => !dropped.has(i)).map(({ name }) => asBefore(name)) }]
  },
}
