// What has been registered under names: functions and tables, found again by callers, by SQL text and by functions that
// travel by name. No workers and no options here.

import { functionNamesOf } from '../../functions/catalogue/function-names.ts'
import { describeFamily, registerMethods, udfFamilies } from '../../functions/contract/codec-context.ts'
import type { Udf } from '../../functions/contract/udf.ts'
import { describeValue } from '../../functions/describe-value.ts'
import { PlanError } from '../../functions/errors.ts'
import { didYouMean } from '../../functions/nearest.ts'
import { invalidArgument } from '../../functions/options.ts'
import type { FunctionNames } from '../../functions/sql/options.ts'
import type { Job } from '../job/job.ts'

type Family = Udf['family']

export class Registry {
  readonly #udfs: Readonly<Record<Family, Map<string, Udf>>> = {
    scalar: new Map(),
    aggregate: new Map(),
    window: new Map(),
    table: new Map(),
  }
  readonly #tables = new Map<string, Job>()

  /** Each family has names of its own; the last one registered under a name is found. */
  addUdf(udf: Udf): void {
    this.#udfs[udf.family].set(udf.name, udf)
  }

  findUdf<Wanted extends Family>(family: Wanted, name: string): Extract<Udf, { family: Wanted }> | undefined {
    return this.#udfs[family].get(name) as Extract<Udf, { family: Wanted }> | undefined
  }

  /** @returns Whether there was one. */
  removeUdf(family: Family, name: string): boolean {
    return this.#udfs[family].delete(name)
  }

  /** @throws {PlanError} `unknown_function` with the nearest name. */
  udf<Wanted extends Family>(family: Wanted, name: string): Extract<Udf, { family: Wanted }> {
    const udf = this.findUdf(family, name)
    if (udf !== undefined) return udf
    if (typeof name !== 'string') {
      throw invalidArgument(`Cannot find the ${family} function ${describeValue(name)}: a name is a string`)
    }
    const others = udfFamilies.filter((other) => this.findUdf(other, name) !== undefined)
    const hint =
      others.length > 0
        ? `It is registered as ${others.map((other) => describeFamily(other)).join(' and ')}`
        : didYouMean(name, this.udfNames([family]), `Register it with ${registerMethods[family]}`)
    throw new PlanError('unknown_function', `No ${family} function "${name}" is registered. ${hint}`, {
      details: { function: name },
    })
  }

  /** The names of functions of these families, each once. */
  udfNames(families: readonly Family[] = udfFamilies): Iterable<string> {
    return new Set(families.flatMap((family) => [...this.#udfs[family].keys()]))
  }

  /** What names in call position mean: registered functions take precedence over built-ins. */
  functionNames(): FunctionNames {
    return functionNamesOf(this)
  }

  addTable(name: string, job: Job): void {
    this.#tables.set(name, job)
  }

  /** @returns Whether there was one. */
  removeTable(name: string): boolean {
    return this.#tables.delete(name)
  }

  findTable(name: string): Job | undefined {
    return this.#tables.get(name)
  }

  tableNames(): Iterable<string> {
    return this.#tables.keys()
  }

  /** @throws {PlanError} `unknown_table` with the nearest name. */
  table(name: string): Job {
    return this.#tables.get(name) ?? unknownTable(name, this.tableNames(), 'Register it with registerTable')
  }
}

/**
 * @param advice - What to do about it, in the words of whoever named it.
 * @throws {PlanError} `unknown_table` with the nearest name, or the advice.
 */
export function unknownTable(name: unknown, names: Iterable<string>, advice: string): never {
  if (typeof name !== 'string')
    throw invalidArgument(`Cannot find the table ${describeValue(name)}: a name is a string`)
  throw new PlanError('unknown_table', `No table named "${name}". ${didYouMean(name, names, advice)}`, {
    details: { table: name },
  })
}
