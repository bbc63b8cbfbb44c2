// What a program's filters say about single columns before anything changes these, so that sources can skip what cannot
// match. Only a hint: the filters still run.

import { Binder } from '../../functions/bind/binder.ts'
import type { Bound, BoundCall, BoundInput } from '../../functions/bind/bound.ts'
import { catalogue } from '../../functions/catalogue/catalogue.ts'
import { isFloat, type Schema } from '../../functions/types/type.ts'
import type { Program } from '../program/program.ts'
import type { Pieces } from '../turns/turns.ts'

/**
 * A bound of a range, in the column's own unit: timestamps and dates as counts, texts compared by their UTF-8 bytes.
 */
type RangeBound = number | bigint | string | boolean

/** Rows that can pass have `column` within these bounds, both inclusive, and not null. */
export interface FilterRange {
  readonly column: string
  readonly min?: RangeBound
  readonly max?: RangeBound
}

/** The ranges of columns outside which no row passes the filters that a program begins with. */
export function* filterRanges(program: Program, schema: Schema): Pieces<readonly FilterRange[]> {
  const binder = new Binder(schema, catalogue)
  const ranges: FilterRange[] = []
  for (const op of program) {
    if (op.op !== 'filter') break
    for (const conjunct of conjuncts(binder.bind(op.condition))) {
      const range = conjunct.kind === 'call' ? rangeOf(conjunct) : undefined
      if (range !== undefined) ranges.push(range)
    }
    yield
  }
  return ranges
}

function conjuncts(condition: Bound): readonly Bound[] {
  return condition.kind === 'and' ? [...conjuncts(condition.left), ...conjuncts(condition.right)] : [condition]
}

const mirrored: Readonly<Record<string, string>> = { '=': '=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' }

/** The range of `column op constant`, either way round; the column must be compared in its own type. */
function rangeOf({ label, args }: BoundCall): FilterRange | undefined {
  const [left, right] = args
  if (left === undefined || right === undefined || mirrored[label] === undefined) return undefined
  if (left.kind === 'constant' && right.kind === 'input') return bounds(right, mirrored[label], left.value)
  if (left.kind === 'input' && right.kind === 'constant') return bounds(left, label, right.value)
  return undefined
}

function bounds({ name: column, type }: BoundInput, op: string, value: unknown): FilterRange | undefined {
  if (typeof value === 'object' || value === undefined || Number.isNaN(value)) return undefined
  const bound = value as RangeBound
  if (op === '=') return { column, min: bound, max: bound }
  // NaN is greater than every bound: it passes `>`, and statistics do not mention it.
  if (op === '>' || op === '>=') return isFloat(type) ? undefined : { column, min: bound }
  return { column, max: bound }
}
