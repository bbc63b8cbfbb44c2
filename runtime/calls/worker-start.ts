// What workers call before they take work: the call is captured and encoded here, once for all of a pool's workers.

import { wrongOption } from '../../functions/options.ts'
import type { TaskOptions } from '../backend.ts'
import { encodeCall, encodeExport, encodeTarget, ofProcess } from '../codec/call-codec.ts'
import { encodingContext } from '../codec/context-slots.ts'
import type { FirstTask } from '../pool/first-task.ts'
import type { WorkerStartOptions } from '../pool/options.ts'
import { checkCallable, isExportName } from './check-callable.ts'
import { makeCalls } from './make-calls.ts'

/** The export that `initArgs` are for when no function is named. */
const defaultExport = 'onWorkerStart'

/** Those options, and the module that may export the function. */
export interface WorkerStart extends WorkerStartOptions {
  readonly workerContext?: URL
}

/**
 * Checks the options without capturing anything.
 *
 * @throws {PlanError} `invalid_argument`
 */
export function checkWorkerStart({ onWorkerStart, initArgs, workerContext }: WorkerStart): void {
  if (initArgs !== undefined && !Array.isArray(initArgs)) {
    throw wrongOption('initArgs', initArgs, 'it is an array of the arguments')
  }
  if (onWorkerStart !== undefined && !isExportName(onWorkerStart, workerContext)) checkCallable(onWorkerStart)
  if (initArgs !== undefined && onWorkerStart === undefined && workerContext === undefined) {
    const hint = 'nothing takes them: give onWorkerStart, or a workerContext that exports a function of that name'
    throw wrongOption('initArgs', initArgs, hint)
  }
}

/**
 * The call as a worker's first task; undefined when there is none to be made.
 *
 * @param options - Of the task: who listens to what it prints.
 * @throws {PlanError} `invalid_argument`
 * @throws {ShippingError} When the function or one of its arguments cannot travel.
 */
export function workerStartCall(start: WorkerStart, options: TaskOptions): FirstTask | undefined {
  checkWorkerStart(start)
  const { onWorkerStart, initArgs, workerContext } = start
  if (onWorkerStart === undefined && initArgs === undefined) return undefined
  const given = onWorkerStart ?? defaultExport
  const context = encodingContext()
  const target = isExportName(given, workerContext) ? encodeExport(given) : encodeTarget(checkCallable(given), context)
  const task = encodeCall(ofProcess(target), initArgs ?? [], context)
  const calls = { task, count: 1, name: target.name }
  return {
    request: task,
    options,
    begin: async (run) => void (await makeCalls({ run: async () => run }, calls, context, {}, options.signal)),
  }
}
