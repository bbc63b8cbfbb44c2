// Building the frames of windows in TypeScript. Whether a frame goes with its window is decided when it is bound.

import { PlanError } from '../errors.ts'
import { displayNode } from './display.ts'
import { type Operand, toNode } from './expr.ts'
import type { FrameBound, WindowFrame } from './node.ts'

/** Where a frame starts or ends. `unbounded` is the start of the partition for a start, the end of it for an end. */
export type FrameEdge =
  | 'unbounded'
  | 'current row'
  | { readonly preceding: Operand; readonly following?: never }
  | { readonly following: Operand; readonly preceding?: never }

/**
 * The rows around the current one that a window function sees, for `over({ frame })`.
 *
 * @param units - `rows` counts rows, `groups` runs of rows with equal sort keys, `range` measures the one sort key: by a
 * number, or by an interval for dates and timestamps.
 * @throws {PlanError} `type_mismatch` for a distance that is no literal.
 * @example
 * const recent = f.avg(col('price')).over({ orderBy: [col('day')], frame: windowFrame('rows', { preceding: 6 }) })
 */
export function windowFrame(
  units: WindowFrame['units'],
  start: FrameEdge,
  end: FrameEdge = 'current row',
): WindowFrame {
  return Object.freeze({ units, start: boundOf(start), end: boundOf(end) })
}

function boundOf(edge: FrameEdge): FrameBound {
  if (edge === 'unbounded') return Object.freeze({ kind: 'unbounded' })
  if (edge === 'current row') return Object.freeze({ kind: 'current' })
  const kind = edge.preceding === undefined ? 'following' : 'preceding'
  const offset = toNode(edge.preceding ?? edge.following ?? null)
  if (offset.kind === 'literal') return Object.freeze({ kind, offset })
  throw new PlanError('type_mismatch', `Cannot frame by ${displayNode(offset)}: a distance is a literal`)
}
