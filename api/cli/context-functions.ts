// The functions of a worker context, so that SQL text on the command line may call them.

import { functionNamesOf } from '../../functions/catalogue/function-names.ts'
import type { FunctionNames } from '../../functions/sql/options.ts'
import { type WorkerFunctions, workerFunctionsOf } from '../worker-functions.ts'
import { codeOf, reasonOf } from './file-problems.ts'
import { UsageError } from './outcome.ts'
import { moduleUrl } from './parse-options.ts'

/** What names in call position mean: the functions of the worker context, and those there are without it. */
export async function withContextFunctions(file: string, others: FunctionNames): Promise<FunctionNames> {
  const functions = await load(file)
  return functions === undefined ? others : functionNamesOf(functions, others)
}

async function load(file: string): Promise<WorkerFunctions | undefined> {
  try {
    return await workerFunctionsOf(moduleUrl(file))
  } catch (cause) {
    // Workers find more than this process does: the package itself, wherever the module lies.
    if (codeOf(cause) === 'ERR_MODULE_NOT_FOUND') return undefined
    throw new UsageError(`Cannot load the worker context "${file}": ${reasonOf(cause)}`, { cause })
  }
}
