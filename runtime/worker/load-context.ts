// The worker context at start-up: imports the module that sets it, and tells the pool what functions it brought.

import { createHash } from 'node:crypto'
import * as devalue from 'devalue'
import { type CodecContext, udfFamilies } from '../../functions/contract/codec-context.ts'
import type { Udf } from '../../functions/contract/udf.ts'
import { getWorkerCtx } from '../codec/context-slots.ts'
import type { LoadedContext } from './task-loop.ts'

let loaded: object = {}

/** What the worker-context module exports, by name. */
export const contextExports = (): object => loaded

/**
 * Imports a worker-context module, which registers functions in a session context and hands it to `setWorkerCtx`.
 *
 * @param workerContext - The module's URL; without one the worker has no context.
 * @returns The names of the functions, sorted, and a hash over their contracts: families, names, types and the rest of
 * what sender and worker must agree on, without their bodies.
 * @throws Whatever the module throws.
 */
export async function loadContext(workerContext: string | undefined): Promise<LoadedContext> {
  if (workerContext !== undefined) loaded = await import(workerContext)
  return describeContext(getWorkerCtx())
}

function describeContext(context: CodecContext | undefined): LoadedContext {
  const names = [...new Set(context?.udfNames() ?? [])].sort()
  if (names.length === 0) return { functions: [], hash: '' }
  const hash = createHash('sha256')
  for (const name of names) {
    for (const family of udfFamilies) {
      const udf = context?.findUdf(family, name)
      if (udf !== undefined) hash.update(contractText(udf)).update('\n')
    }
  }
  return { functions: names, hash: hash.digest('hex') }
}

function contractText({ body: _, ...contract }: Udf): string {
  return devalue.stringify(Object.entries(contract).sort(([a], [b]) => (a < b ? -1 : 1)))
}
