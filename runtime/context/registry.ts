// What has been registered under names: functions and tables, found again by callers, by SQL text and by functions that
// travel by name. No workers and no options here.

import { catalogue } from '../../functions/catalogue/catalogue.ts'
import type { Udf } from '../../functions/contract/udf.ts'
import { describeValue } from '../../functions/describe-value.ts'
import { PlanError } from '../../functions/errors.ts'
import { didYouMean } from '../../functions/nearest.ts'
import { invalidArgument } from '../../functions/options.ts'
import type { FunctionNames } from '../../functions/sql/options.ts'
import type { Job } from '../job/job.ts'

type Family = Udf['family']

/** The method that registers functions of each family, for messages. */
const methods: Readonly<Record<Family, string>> = {
  scalar: 'registerUdf',
  aggregate: 'registerUdaf',
  window: 'registerUdwf',
}

export class Registry {
  readonly #udfs = new Map<string, Udf>()
  readonly #tables = new Map<string, Job>()

  /** Functions of all families share one set of names; the last one registered under a name is found. */
  addUdf(udf: Udf): void {
    this.#udfs.set(udf.name, udf)
  }

  findUdf<Wanted extends Family>(family: Wanted, name: string): Extract<Udf, { family: Wanted }> | undefined {
    const udf = this.#udfs.get(name)
    return udf?.family === family ? (udf as Extract<Udf, { family: Wanted }>) : undefined
  }

  /** @throws {PlanError} `unknown_function` with the nearest name. */
  udf<Wanted extends Family>(family: Wanted, name: string): Extract<Udf, { family: Wanted }> {
    const udf = this.findUdf(family, name)
    if (udf !== undefined) return udf
    const hint = didYouMean(name, this.udfNames(), `Register it with ${methods[family]}`)
    throw new PlanError('unknown_function', `Function "${name}" is not registered. ${hint}`, {
      details: { function: name },
    })
  }

  udfNames(): Iterable<string> {
    return this.#udfs.keys()
  }

  /** What names in call position mean: registered functions take precedence over built-ins. */
  functionNames(): FunctionNames {
    const udfs = this.#udfs
    return {
      lookup: (name) => {
        const udf = udfs.get(name) ?? udfs.get(name.toLowerCase())
        return udf === undefined ? catalogue.lookup(name) : { kind: 'udf', udf }
      },
      names: () => [...udfs.keys(), ...catalogue.names()],
    }
  }

  addTable(name: string, job: Job): void {
    this.#tables.set(name, job)
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
