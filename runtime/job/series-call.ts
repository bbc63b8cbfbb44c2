// `range` and `generate_series` in FROM, which are always there: their arguments become a source without a function.

import type { IntervalValue } from '../../functions/cast/interval.ts'
import { PlanError } from '../../functions/errors.ts'
import type { ExprNode } from '../../functions/expr/node.ts'
import { type DataType, displayType, interval, isInteger, timestamp } from '../../functions/types/type.ts'
import type { Value } from '../../functions/types/value.ts'
import type { NumbersSpec, SeriesSpec } from '../source/source.ts'

/** An argument that is known before the job runs. */
export interface Constant {
  readonly type: DataType
  readonly nullable: boolean
  readonly value: Value
}

/** The value of an expression; of the type, if one is given. @throws {PlanError} `type_mismatch` when it is no constant. */
export type ConstantOf = (node: ExprNode, type?: DataType) => Constant

/** Whether the end belongs to the series. */
const closed: ReadonlyMap<string, boolean> = new Map([
  ['range', false],
  ['generate_series', true],
])

export const seriesNames = (): Iterable<string> => closed.keys()

/**
 * The rows of a call in FROM; undefined for the name of another function.
 *
 * @throws {PlanError} `type_mismatch` for arguments that do not fit; `invalid_argument` for a step of 0, or too many rows.
 */
export function seriesSource(name: string, args: readonly ExprNode[], constantOf: ConstantOf): SeriesSpec | undefined {
  const isClosed = closed.get(name)
  if (isClosed === undefined) return undefined
  const constants = args.map((node) => constantOf(node))
  const types = constants.map(({ type }) => type)
  if (constants.length === 0 || constants.length > 3) throw mismatch(name, `takes 1 to 3 arguments, got ${args.length}`)
  const instants = types.filter(isInstant)
  const isNumber = (type: DataType): boolean => isInteger(type) || type.kind === 'null'
  if (instants.length === 0 && types.every(isNumber)) return numbers(name, constants, isClosed)
  const wrong = types.findIndex(
    (type, i) => type.kind !== 'null' && !(i === 2 ? type.kind === 'interval' : isInstant(type)),
  )
  if (wrong !== -1 || args.length < 3) {
    const what = wrong === -1 ? `${args.length} arguments` : displayType(types[wrong] as DataType)
    throw mismatch(name, `takes 1 to 3 integers, or two dates or timestamps and an interval, got ${what}`)
  }
  const timezone = instants.find((type) => type.kind === 'timestamp')?.timezone
  return moments(name, args, constantOf, isClosed, timezone)
}

type InstantType = Extract<DataType, { readonly kind: 'date32' | 'timestamp' }>
const isInstant = (type: DataType): type is InstantType => type.kind === 'date32' || type.kind === 'timestamp'

const mismatch = (name: string, why: string): PlanError =>
  new PlanError('type_mismatch', `Table function "${name}" ${why}`, { details: { function: name } })

const refused = (name: string, why: string): PlanError =>
  new PlanError('invalid_argument', `Cannot call table function "${name}": ${why}`, { details: { function: name } })

const none: NumbersSpec = { kind: 'series', of: 'numbers', first: 0n, step: 1n, count: 0 }

function numbers(name: string, constants: readonly Constant[], isClosed: boolean): NumbersSpec {
  const values = constants.map(({ value }) => (value === null ? null : BigInt(value as bigint | number)))
  const [first, end, step] =
    values.length === 1 ? [0n, values[0], 1n] : [values[0], values[1], values.length === 2 ? 1n : values[2]]
  // As in DataFusion, what is not known has no rows.
  if (first == null || end == null || step == null) return none
  if (step === 0n) throw refused(name, 'a step of 0 leads nowhere')
  const distance = step > 0n ? end - first : first - end
  const length = step > 0n ? step : -step
  if (distance < 0n || (distance === 0n && !isClosed)) return none
  const count = isClosed ? distance / length + 1n : (distance + length - 1n) / length
  if (count > BigInt(Number.MAX_SAFE_INTEGER))
    throw refused(name, `it has ${count} rows, at most 2^53 - 1 can be counted`)
  return { kind: 'series', of: 'numbers', first, step, count: Number(count) }
}

function moments(
  name: string,
  args: readonly ExprNode[],
  constantOf: ConstantOf,
  isClosed: boolean,
  timezone: string | undefined,
): SeriesSpec {
  const type = timestamp('ns', timezone)
  const types = [type, type, interval()]
  const [first, end, step] = args.map((node, i) => constantOf(node, types[i]).value)
  const given = { kind: 'series', of: 'moments', ...(timezone === undefined ? {} : { timezone }) } as const
  if (first == null || end == null || step == null)
    return { ...given, first: 0n, end: 0n, isClosed: false, step: { months: 0, days: 1, nanos: 0n } }
  const by = step as IntervalValue
  if (by.months === 0 && by.days === 0 && by.nanos === 0n) throw refused(name, 'a step of 0 leads nowhere')
  return { ...given, first: first as bigint, end: end as bigint, isClosed, step: by }
}
