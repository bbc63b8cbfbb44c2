// The thread that the job store's database lives in. Calls that come together become one transaction, so that many jobs
// share the cost of a commit; none is answered before it.

import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { errorToPlain, type PlainError } from '../../functions/errors.ts'
import { callError, Database } from './database.ts'
import type { StoreCalls } from './store-calls.ts'

/** A call. They come as arrays; an empty one is the end of the store. */
export interface StoreRequest {
  readonly id: number
  readonly name: keyof StoreCalls
  readonly args: readonly unknown[]
}

export interface StoreAnswer {
  readonly id: number
  readonly value?: unknown
  readonly error?: PlainError
}

if (parentPort !== null) serve(parentPort, new Database((workerData as { readonly path: string }).path))

function serve(port: MessagePort, database: Database): void {
  port.on('message', (calls: readonly StoreRequest[]) => {
    if (calls.length > 0) {
      port.postMessage(answersOf(calls, database))
      return
    }
    database.close()
    port.close()
  })
}

/** One that fails takes nobody with it: where a transaction fails, each of its calls gets one of its own. */
function answersOf(calls: readonly StoreRequest[], database: Database): readonly StoreAnswer[] {
  try {
    return database.transaction(() => calls.map((call) => answerOf(call, database)))
  } catch (error) {
    if (calls.length > 1) return calls.flatMap((call) => answersOf([call], database))
    return calls.map(({ id }) => ({ id, error: errorToPlain(callError(error)) }))
  }
}

function answerOf({ id, name, args }: StoreRequest, database: Database): StoreAnswer {
  const call = database[name] as (...args: readonly unknown[]) => unknown
  return { id, value: call.apply(database, [...args]) }
}
