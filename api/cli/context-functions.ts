// The functions of a worker context, so that SQL text on the command line may call them.

import { type WorkerFunctions, workerFunctionsOf } from '../worker-functions.ts'
import { codeOf, reasonOf } from './file-problems.ts'
import { UsageError } from './outcome.ts'
import { moduleUrl } from './parse-options.ts'

/** The functions of the worker context; undefined where there is none, or only workers can load it. */
export async function contextFunctions(file: string | undefined): Promise<WorkerFunctions | undefined> {
  if (file === undefined) return undefined
  try {
    return await workerFunctionsOf(moduleUrl(file))
  } catch (cause) {
    // Workers find more than this process does: the package itself, wherever the module lies.
    if (codeOf(cause) === 'ERR_MODULE_NOT_FOUND') return undefined
    throw new UsageError(`Cannot load the worker context "${file}": ${reasonOf(cause)}`, { cause })
  }
}
