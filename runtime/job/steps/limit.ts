// The step that keeps some of the first rows.

import { asRecordOf, asWholeNumber, below, invalidJob, nameOf } from '../json-checks.ts'
import { record, whole } from '../json-schema.ts'
import type { StepKind } from '../step-kind.ts'

/** `{ "limit": 5 }` or `{ "limit": { "count": 5, "offset": 10 } }` */
export const limit: StepKind<'limit'> = {
  kind: 'limit',
  fields: { offset: 'count', count: 'count' },
  schema: {
    description: 'Keeps at most so many of the first rows',
    oneOf: [
      whole('How many', 0),
      record('A part of the first rows', { count: whole('How many', 0), offset: whole('After so many', 0) }, ['count']),
    ],
  },
  parse: (json, pointer) => {
    if (typeof json === 'number') return { kind: 'limit', count: asWholeNumber(json, pointer, 0), offset: 0 }
    if (typeof json !== 'object') {
      throw invalidJob(pointer, `it is ${nameOf(json)}, a number or { "count": …, "offset": … } is wanted`)
    }
    const { count, offset = 0 } = asRecordOf(json, pointer, ['count', 'offset'])
    return {
      kind: 'limit',
      count: asWholeNumber(count, below(pointer, 'count'), 0),
      offset: asWholeNumber(offset, below(pointer, 'offset'), 0),
    }
  },
  describe: ({ count, offset }) => `${count}${offset === 0 ? '' : ` after ${offset}`}`,
  nodes: () => [],
  plan: ({ offset, count }) => [{ op: 'limit', offset, count }],
}
