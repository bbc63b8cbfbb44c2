// grouping, which tells what a row of a result is grouped by. It reads no rows: planning an aggregation replaces it by an
// expression over the set of keys, see bind/grouping-sets.ts. The entry documents it, and refuses it everywhere else.

import { aggregateFunction } from '../contract/aggregate.ts'
import { anything } from '../contract/signature.ts'
import { PlanError } from '../errors.ts'
import { int32 } from '../types/type.ts'

function refuse(): never {
  throw new PlanError(
    'type_mismatch',
    'Cannot use grouping() here: it tells what a group is made by, put it among the values of aggregate()',
  )
}

const grouping = aggregateFunction({
  name: 'grouping',
  family: 'aggregate',
  usage: 'grouping(key, …)',
  summary:
    'Which keys a row is not grouped by, with ROLLUP, CUBE and GROUPING SETS: 1 for a key that is left out, 0 for one that is not; several keys give one number, whose lowest bit belongs to the last key',
  examples: [['grouping(name)', '0']],
  signature: { parameters: [anything], optional: 0, variadic: true },
  returns: int32,
  nullable: false,
  state: refuse,
  kernel: refuse,
})

export const groupingAggregates = Object.freeze([grouping])
