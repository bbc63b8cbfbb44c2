// The thread that the job store's database lives in. All calls that wait when it looks become one transaction, so that
// many jobs share the cost of a commit; none is answered before it.

import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { errorToPlain, type PlainError } from '../../functions/errors.ts'
import { callError, Database } from './database.ts'
import type { StoreCalls } from './store-calls.ts'

/** A call, or with no name the end of the store. */
export interface StoreRequest {
  readonly id: number
  readonly name?: keyof StoreCalls
  readonly args: readonly unknown[]
}

export interface StoreAnswer {
  readonly id: number
  readonly value?: unknown
  readonly error?: PlainError
}

/** Calls of one transaction: while they run nobody else is answered. */
const MAX_CALLS = 256

if (parentPort !== null) serve(parentPort, new Database((workerData as { readonly path: string }).path))

function serve(port: MessagePort, database: Database): void {
  port.on('message', (first: StoreRequest) => {
    const requests = [first]
    for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
      requests.push(next.message as StoreRequest)
      if (requests.length === MAX_CALLS) break
    }
    const calls = requests.filter(({ name }) => name !== undefined)
    if (calls.length > 0) port.postMessage(answersOf(calls, database))
    if (calls.length === requests.length) return
    database.close()
    port.close()
  })
}

/** If the transaction fails, every call in it has failed. */
function answersOf(calls: readonly StoreRequest[], database: Database): readonly StoreAnswer[] {
  try {
    return database.transaction(() => calls.map((call) => answerOf(call, database)))
  } catch (error) {
    const plain = errorToPlain(callError(error))
    return calls.map(({ id }) => ({ id, error: plain }))
  }
}

function answerOf({ id, name, args }: StoreRequest, database: Database): StoreAnswer {
  const call = database[name as keyof StoreCalls] as (...args: readonly unknown[]) => unknown
  return { id, value: call.apply(database, [...args]) }
}
