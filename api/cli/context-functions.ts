// The functions of a worker context, so that SQL text may call them. The module is imported in this process as workers
// import it: it is its user's own, on a machine of theirs. The functions themselves run in workers, which find them by name.

import { functionNamesOf } from '../../functions/catalogue/function-names.ts'
import type { FunctionNames } from '../../functions/sql/options.ts'
import { getWorkerCtx } from '../../runtime/codec/context-slots.ts'
import { codeOf, reasonOf } from './file-problems.ts'
import { UsageError } from './outcome.ts'
import { moduleUrl } from './parse-options.ts'

/** What names in call position mean: the functions of the worker context, and those there are without it. */
export async function withContextFunctions(file: string, others: FunctionNames): Promise<FunctionNames> {
  await load(file)
  const context = getWorkerCtx()
  return context === undefined ? others : functionNamesOf(context, others)
}

async function load(file: string): Promise<void> {
  try {
    await import(moduleUrl(file).href)
  } catch (cause) {
    // Workers find more than this process does: the package itself, wherever the module lies.
    if (codeOf(cause) === 'ERR_MODULE_NOT_FOUND') return
    throw new UsageError(`Cannot load the worker context "${file}": ${reasonOf(cause)}`, { cause })
  }
}
