// A user's accumulator as the engine's: values converted both ways, results checked against the declared types, rows
// handed over in columns when the accumulator takes columns, and errors that name the method.

import type { AggregateResolution } from '../contract/aggregate.ts'
import { AggregateRun, COLLECTION_BYTES, valueBytes } from '../contract/aggregate-run.ts'
import type { Argument } from '../contract/scalar.ts'
import type { Accumulator, AggregateUdf } from '../contract/udf.ts'
import { InternalError } from '../errors.ts'
import { plainType } from '../types/coercion.ts'
import type { Value } from '../types/value.ts'
import { type CalledFor, calledForRow, contractBroken, methodFailure, notPromised, wrongResult } from './failure.ts'
import { instanceOf } from './instance.ts'
import { checkArguments } from './resolve.ts'
import { fromUser, toUser } from './user-values.ts'

/** Up to this many rows are gathered before `update` gets them as columns. */
const ROWS_AT_ONCE = 128

/**
 * Resolves a call of an aggregate UDF.
 *
 * @throws {PlanError} `type_mismatch` for a wrong number of arguments or a type that does not fit.
 */
export function resolveAggregateUdf(udf: AggregateUdf, args: readonly Argument[]): AggregateResolution {
  checkArguments(udf, args)
  return {
    types: udf.inputs,
    returns: plainType(udf.returns.type),
    nullable: udf.returns.nullable,
    nulls: udf.nulls,
    state: udf.state,
    kernel: () => {
      const contract = contractOf(udf)
      return { accumulator: (run) => new UserAccumulator(contract, run), tracksRows: true }
    },
  }
}

type Convert = (value: Value) => unknown

/** Everything about a function that its accumulators share. */
interface Contract {
  readonly name: string
  readonly make: () => Partial<Record<keyof Accumulator, (...args: readonly unknown[]) => unknown>>
  readonly inputs: readonly Convert[]
  /** Whether arguments are passed as they are. */
  readonly isPlain: boolean
  readonly statesToUser: readonly Convert[]
  readonly statesFromUser: readonly ((value: unknown) => Value)[]
  readonly result: (value: unknown) => Value
}

function contractOf(udf: AggregateUdf): Contract {
  const { name, body, int64As } = udf
  if (body.kind !== 'live') throw new InternalError(`Function "${name}" was not prepared before it was bound`)
  const converter = (type: (typeof udf.inputs)[number]): Convert => {
    const convert = toUser(type, int64As, name)
    return convert === undefined ? (value) => value : (value) => (value === null ? null : convert(value))
  }
  return {
    name,
    make: () => instanceOf(name, body.fn) as ReturnType<Contract['make']>,
    inputs: udf.inputs.map(converter),
    isPlain: udf.inputs.every((type) => toUser(type, int64As, name) === undefined),
    statesToUser: udf.state.map((field) => converter(field.type)),
    statesFromUser: udf.state.map((field) => fromUser(`${name}.state().${field.name}`, field)),
    result: fromUser(name, udf.returns),
  }
}

const nothing = (): void => {}

class UserAccumulator implements Accumulator {
  readonly #contract: Contract
  readonly #instance: ReturnType<Contract['make']>
  /** Rows that wait for `update`, by column. */
  #waiting: unknown[][]
  #rows = 0
  readonly #run: AggregateRun
  #firstRow: number | undefined
  #lastRow: number | undefined
  /** The memory of the waiting rows; what the user's object keeps cannot be known. */
  #held = 0

  constructor(contract: Contract, run = new AggregateRun()) {
    this.#contract = contract
    this.#instance = contract.make()
    this.#waiting = contract.inputs.map(() => [])
    this.#run = run
    run.heldBytes += COLLECTION_BYTES
  }

  add(...row: readonly Value[]): void {
    const { inputs, isPlain, name } = this.#contract
    try {
      const args = isPlain ? row : row.map((value, i) => inputs[i]?.(value))
      if (this.#instance.add !== undefined) notPromised(name, 'add', this.#instance.add(...args))
      else this.#wait(args, row)
    } catch (error) {
      throw methodFailure(name, 'add', error, calledForRow(this.#run.row))
    }
    if (this.#rows === ROWS_AT_ONCE) this.#flush()
  }

  /** Keeps a row for `update`. */
  #wait(args: readonly unknown[], row: readonly Value[]): void {
    args.forEach((arg, i) => {
      this.#waiting[i]?.push(arg)
      this.#hold(valueBytes(row[i] ?? null))
    })
    if (this.#rows++ === 0) this.#firstRow = this.#run.row
    this.#lastRow = this.#run.row
  }

  #waitingRows(): CalledFor | undefined {
    const [first, last] = [this.#firstRow, this.#lastRow]
    return first === undefined || last === undefined ? undefined : { count: this.#rows, first, last }
  }

  #hold(bytes: number): void {
    this.#held += bytes
    this.#run.heldBytes += bytes
  }

  retract(...columns: readonly (readonly Value[])[]): void {
    this.#flush()
    const args = columns.map((column, i) => column.map((value) => this.#contract.inputs[i]?.(value)))
    this.#call('retract', args, calledForRow(this.#run.row), nothing)
  }

  merge(...states: readonly (readonly Value[])[]): void {
    this.#flush()
    const { statesToUser } = this.#contract
    this.#call(
      'merge',
      states.map((column, i) => column.map((value) => statesToUser[i]?.(value))),
      undefined,
      nothing,
    )
  }

  state(): readonly Value[] {
    this.#flush()
    const { name, statesFromUser } = this.#contract
    return this.#call('state', [], undefined, (state) => {
      if (!Array.isArray(state) || state.length !== statesFromUser.length) {
        const got = Array.isArray(state) ? `${state.length} values` : typeof state
        throw wrongResult(
          `Function "${name}" returned ${got} from state(), its declared state is an array of ${statesFromUser.length}`,
          { udf: name },
        )
      }
      return statesFromUser.map((convert, i) => convert(state[i]))
    })
  }

  evaluate(): Value {
    this.#flush()
    return this.#call('evaluate', [], calledForRow(this.#run.resultRow), this.#contract.result)
  }

  #flush(): void {
    if (this.#rows === 0) return
    const columns = this.#waiting
    const rows = this.#waitingRows()
    this.#rows = 0
    this.#waiting = columns.map(() => [])
    this.#hold(-this.#held)
    this.#call('update', columns, rows, nothing)
  }

  /** @param convert - Converts what the method returns, which may run the user's code again. */
  #call<Result>(
    method: keyof Accumulator,
    args: readonly unknown[],
    rows: CalledFor | undefined,
    convert: (given: unknown) => Result,
  ): Result {
    const { name } = this.#contract
    try {
      const own = this.#instance[method]
      if (own === undefined) throw contractBroken(name, `its accumulator has no ${method}()`)
      return convert(notPromised(name, method, Reflect.apply(own, this.#instance, args)))
    } catch (error) {
      throw methodFailure(name, method, error, rows)
    }
  }
}
