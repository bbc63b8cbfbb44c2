// Building the frames of windows in TypeScript. Whether a frame fits its window is decided when it is bound.

import { PlanError } from '../errors.ts'
import { wrongOption } from '../options.ts'
import { displayNode } from './display.ts'
import { type Operand, toNode } from './expr.ts'
import type { FrameBound, WindowFrame } from './node.ts'

/**
 * Where a frame starts or ends. `unbounded` is the start of the window partition for a start, its end for an end;
 * distances are in rows, groups of peers or values of the sort key, as the frame's units say.
 *
 * @see SQL's frame clause; DataFusion `WindowFrameBound`
 */
export type FrameEdge =
  | 'unbounded'
  | 'current row'
  | { readonly preceding: Operand; readonly following?: never }
  | { readonly following: Operand; readonly preceding?: never }

/**
 * The rows around the current one that a window function sees, for `over({ frame })`.
 *
 * @param units - `rows` counts rows, `groups` runs of rows with equal sort keys, `range` measures the one sort key: by
 * a number, or by an interval for dates and timestamps.
 * @param start - Where it starts.
 * @param end - Where it ends, inclusive. Default `current row`.
 * @throws {PlanError} `invalid_argument` for units and edges that there are not, `type_mismatch` for a distance that is
 * not a literal.
 * @example
 * import { col, functions as f, SessionContext, windowFrame } from 'volley'
 *
 * const recent = f.sum(col('price')).over({ orderBy: [col('day')], frame: windowFrame('rows', { preceding: 1 }) })
 * await using ctx = new SessionContext()
 * const frame = ctx.fromColumns({ day: [1, 2, 3], price: [10, 20, 30] })
 * await frame.select(recent.alias('two_days')).collectColumns() // => { two_days: [10n, 30n, 50n] }
 *
 * @see SQL's frame clause; DataFusion `WindowFrame`
 */
export function windowFrame(
  units: WindowFrame['units'],
  start: FrameEdge,
  end: FrameEdge = 'current row',
): WindowFrame {
  if (!allUnits.includes(units)) throw wrongOption('units', units, `it is one of ${allUnits.join(', ')}`)
  return Object.freeze({ units, start: boundOf(start, 'start'), end: boundOf(end, 'end') })
}

const allUnits: readonly unknown[] = ['rows', 'range', 'groups'] satisfies WindowFrame['units'][]

function boundOf(edge: FrameEdge, side: 'start' | 'end'): FrameBound {
  if (edge === 'unbounded') return Object.freeze({ kind: 'unbounded' })
  if (edge === 'current row') return Object.freeze({ kind: 'current' })
  const { preceding, following } = Object(edge) as { preceding?: Operand; following?: Operand }
  if ((preceding === undefined) === (following === undefined)) {
    const wanted = "it is 'unbounded', 'current row', { preceding: n } or { following: n }"
    throw wrongOption(side, edge, wanted)
  }
  const kind = preceding === undefined ? 'following' : 'preceding'
  const offset = toNode(preceding ?? following ?? null)
  if (offset.kind === 'literal') return Object.freeze({ kind, offset })
  throw new PlanError('type_mismatch', `Cannot frame by ${displayNode(offset)}: a distance is a literal`)
}
