// The functions of a worker context, so that SQL text and listings know them. The module is imported in this process as
// workers import it: it is its operator's own, and never comes with a job. What is made of it are names and types alone;
// the functions run in workers, which find them by name.

import { type CodecContext, udfFamilies } from '../functions/contract/codec-context.ts'
import type { Udf } from '../functions/contract/udf.ts'
import { clearWorkerCtx, getWorkerCtx, setWorkerCtx } from '../runtime/codec/context-slots.ts'

/** Functions that are found by name in workers. */
export type WorkerFunctions = Pick<CodecContext, 'findUdf' | 'udfNames'>

/** A module runs once in a process, and sets its context only then. */
const loaded = new Map<string, Promise<WorkerFunctions>>()

/**
 * The functions that a worker-context module registers.
 *
 * @throws Whatever the module throws.
 */
export function workerFunctionsOf({ href }: URL): Promise<WorkerFunctions> {
  const known = loaded.get(href)
  if (known !== undefined) return known
  const found = load(href)
  loaded.set(href, found)
  found.catch(() => loaded.delete(href))
  return found
}

async function load(href: string): Promise<WorkerFunctions> {
  const before = getWorkerCtx()
  await import(/* webpackIgnore: true */ href)
  const context = getWorkerCtx()
  // This process is no worker: what bytes are decoded under here stays as it was.
  if (before === undefined) clearWorkerCtx()
  else setWorkerCtx(before)
  const byName = (udf: Udf): Udf => Object.freeze({ ...udf, body: Object.freeze({ kind: 'named' }) })
  const families = new Map(udfFamilies.map((family) => [family, new Map<string, Udf>()]))
  for (const name of context?.udfNames() ?? []) {
    for (const family of udfFamilies) {
      const udf = context?.findUdf(family, name)
      if (udf !== undefined) families.get(family)?.set(name, byName(udf))
    }
  }
  return {
    findUdf: (family, name) => families.get(family)?.get(name),
    udfNames: () => new Set(families.values().flatMap((functions) => functions.keys())),
  }
}
