// Makes bound expressions: equal ones are one object, casts implied by coercion are inserted, constants are folded, and
// what constants decide is decided. Everything it takes is bound or resolved already: no nodes, no names, no schema here.

import { resolveCast } from '../cast/cast.ts'
import type { Resolution } from '../contract/scalar.ts'
import { PlanError, type VolleyError } from '../errors.ts'
import { conditionType, plainType, unifyTypes } from '../types/coercion.ts'
import { bool, type DataType, displayType, type Field } from '../types/type.ts'
import type { Value } from '../types/value.ts'
import { argumentOf, type Bound, type BoundCall } from './bound.ts'

/** Characters, bytes and elements that the arguments of a folded call may have. */
const MAX_FOLDED = 10_000

/** Equal expressions made by one builder are one object, unless they are volatile. */
export class BoundBuilder {
  readonly #interned = new Map<string, Bound>()
  #nextId = 0

  /** An input column, known by its position. */
  column(index: number, { name, type, nullable }: Field): Bound {
    return this.#intern(`input ${index}`, (id) => ({ id, kind: 'input', index, name, type: plainType(type), nullable }))
  }

  constant(value: Value, type: DataType): Bound {
    return this.#intern(`constant ${displayType(type)} ${constantKey(value)}`, (id) => ({
      id,
      kind: 'constant',
      value,
      type,
      nullable: value === null,
    }))
  }

  /** The same value as `to`; nothing is added when it has that type already. */
  cast(input: Bound, to: DataType, safe = false): Bound {
    const target = plainType(to)
    // Whatever computes it, a value of the null type is null.
    if (input.type.kind === 'null') return this.constant(null, target)
    if (input.kind === 'constant' && input.value === null) return this.constant(null, target)
    const resolution = resolveCast(argumentOf(input), target, safe, input.kind === 'input' ? input.name : undefined)
    if (resolution === undefined) return input
    return this.call(`${safe ? 'try_cast' : 'cast'} ${displayType(target)}`, resolution, [input])
  }

  /** A call of a resolved function; constants are folded where that cannot hide an error. */
  call(label: string, resolution: Resolution, args: readonly Bound[], udf?: string): Bound {
    const coerced = args.map((arg, i) => this.cast(arg, resolution.types[i] ?? arg.type))
    const shared = resolution.volatility !== 'volatile'
    const key = `call ${label} ${displayType(resolution.returns)} ${coerced.map((arg) => arg.id).join(' ')}`
    const make = (id: number): Bound => {
      const call: BoundCall = {
        id,
        kind: 'call',
        label,
        args: coerced,
        type: resolution.returns,
        nullable: resolution.nullable,
        nulls: resolution.nulls,
        givesNull: resolution.givesNull,
        volatility: resolution.volatility,
        kernel: resolution.kernel,
        ...(udf === undefined ? {} : { udf }),
      }
      return this.#fold(call, resolution.costly === true)
    }
    return shared ? this.#intern(key, make) : make(this.#nextId++)
  }

  /** Reads `input` as a condition. */
  condition(input: Bound, where: string): Bound {
    const type = conditionType(input.type)
    if (type !== undefined) return this.cast(input, type)
    throw new PlanError(
      'type_mismatch',
      `Cannot use a ${displayType(input.type)} as ${where}: compare it with something`,
      { details: { type: displayType(input.type) } },
    )
  }

  /** Whether a value is null, or with `negated` is not. */
  isNull(input: Bound, negated: boolean): Bound {
    if (input.kind === 'constant') return this.constant((input.value === null) !== negated, bool)
    if (!input.nullable) return this.constant(negated, bool)
    return this.#intern(`isNull ${negated} ${input.id}`, (id) => ({
      id,
      kind: 'isNull',
      input,
      negated,
      type: bool,
      nullable: false,
    }))
  }

  /** Three-valued AND or OR of two conditions. */
  logic(op: 'AND' | 'OR', left: Bound, right: Bound): Bound {
    const decisive = op === 'OR'
    if (left.kind === 'constant' && left.value === decisive) return left
    if (left.kind === 'constant' && left.value === !decisive) return right
    if (right.kind === 'constant' && right.value === !decisive) return left
    const kind = op === 'OR' ? 'or' : 'and'
    return this.#intern(`${kind} ${left.id} ${right.id}`, (id) => ({
      id,
      kind,
      left,
      right,
      type: bool,
      nullable: left.nullable || right.nullable,
    }))
  }

  /** The first result whose condition is true, else `otherwise`, in their common type. */
  choose(conditions: readonly Bound[], results: readonly Bound[], otherwise: Bound): Bound {
    const types = [...results, otherwise].map((result) => result.type)
    const type = unifyTypes(types, 'string')
    if (type === undefined) {
      const shown = types.map(displayType).join(', ')
      throw new PlanError('type_mismatch', `Cannot give CASE one type: its branches are ${shown}, cast them`)
    }
    const cast = results.map((result) => this.cast(result, type))
    const last = this.cast(otherwise, type)
    const key = `case ${conditions.map((c, i) => `${c.id} ${cast[i]?.id}`).join(' ')} ${last.id}`
    return this.#intern(key, (id) => ({
      id,
      kind: 'case',
      conditions,
      results: cast,
      otherwise: last,
      type,
      nullable: last.nullable || cast.some((result) => result.nullable),
    }))
  }

  /** The first value that is not null, in their common type. */
  coalesce(args: readonly Bound[]): Bound {
    const type = unifyTypes(
      args.map((arg) => arg.type),
      'number',
    )
    if (args.length === 0 || type === undefined) {
      const shown = args.map((arg) => displayType(arg.type)).join(', ')
      throw new PlanError('type_mismatch', `Function "coalesce" takes values of one type, got ${shown || 'nothing'}`)
    }
    const cast = args.map((arg) => this.cast(arg, type)).filter((arg) => arg.kind !== 'constant' || arg.value !== null)
    const certain = cast.findIndex((arg) => !arg.nullable)
    const needed = certain === -1 ? cast : cast.slice(0, certain + 1)
    const [first] = needed
    if (first === undefined) return this.constant(null, type)
    if (needed.length === 1) return first
    return this.#intern(`coalesce ${needed.map((arg) => arg.id).join(' ')}`, (id) => ({
      id,
      kind: 'coalesce',
      args: needed,
      type,
      nullable: certain === -1,
    }))
  }

  #intern(key: string, make: (id: number) => Bound): Bound {
    let bound = this.#interned.get(key)
    if (bound === undefined) {
      bound = make(this.#nextId++)
      this.#interned.set(key, bound)
    }
    return bound
  }

  /** Whoever plans must never compute for long: calls over large constants are left to workers. */
  #fold(call: BoundCall, costly: boolean): Bound {
    if (call.volatility !== 'immutable' || call.udf !== undefined) return call
    if (call.nulls === 'propagate' && call.args.some((arg) => arg.kind === 'constant' && arg.value === null)) {
      return this.constant(null, call.type)
    }
    const values = call.args.flatMap((arg) => (arg.kind === 'constant' ? [arg.value] : []))
    if (costly || values.length !== call.args.length || values.reduce(sizeOf, 0) > MAX_FOLDED) return call
    try {
      return this.constant(call.kernel().row(...(values as never[])), call.type)
    } catch (error) {
      // The error belongs to the row that meets it: a guarded branch may never be taken.
      if ((error as VolleyError).category === 'data') return call
      throw error
    }
  }
}

/** `sum` and the size of a value; a little beyond the bound is enough to know. */
function sizeOf(sum: number, value: Value): number {
  if (typeof value === 'string' || value instanceof Uint8Array) return sum + value.length
  if (sum > MAX_FOLDED || typeof value !== 'object' || value === null) return sum + 1
  return Object.values(value).reduce(sizeOf, sum)
}

/** A text that two values share exactly when they are the same constant. */
export function constantKey(value: Value): string {
  if (Object.is(value, -0)) return '-0'
  if (typeof value === 'number' || typeof value === 'bigint') return `${typeof value} ${value}`
  return `${typeof value} ${value instanceof Uint8Array ? value.join() : JSON.stringify(value, exactly)}`
}

/** JSON of what plain JSON does not know. */
const exactly = (_key: string, value: unknown): unknown => {
  if (typeof value === 'bigint') return `${value}n`
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
}
