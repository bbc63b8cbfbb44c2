// datafusion-python's test_pickle_multiprocessing.py: bytes of expressions in other processes, which know nothing but them.
// The model's parameter is how Python starts a process. WorkerPool starts them as `spawn` does, with nothing of the
// parent's; the other ways that Node has to get a second thread of execution stand beside it.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import t from 'tap'
import { col, Expr, lit, SessionContext, WorkerPool } from 'volley'
import { modelFile } from './model.ts'
import { double, timesSeven } from './model-functions.ts'

const model = modelFile('python/tests/test_pickle_multiprocessing.py')
const responder = new URL('../fixtures/workers/expression-responder.ts', import.meta.url)

/** The name of an expression that came as bytes. */
const decodeAndDescribe = (bytes: Uint8Array): string => Expr.fromBytes(bytes).canonicalName()

/** What an expression that came as bytes gives over a column `a`. */
async function decodeAndEvaluate(bytes: Uint8Array, a: readonly number[]): Promise<readonly unknown[]> {
  const frame = new SessionContext().fromColumns({ a })
  const { result } = await frame.select(Expr.fromBytes(bytes).alias('result')).collectColumns()
  return [...(result ?? [])]
}

/** What the tests ask of another process: the name of an expression, or what it gives. */
interface Elsewhere extends AsyncDisposable {
  describe(bytes: Uint8Array): Promise<unknown>
  evaluate(bytes: Uint8Array, a: readonly number[]): Promise<unknown>
}

/** The ways to start one. */
const starts: Readonly<Record<string, () => Elsewhere>> = {
  spawn() {
    const pool = WorkerPool.fork({ workers: 2 })
    return {
      describe: (bytes) => pool.run(decodeAndDescribe, bytes),
      evaluate: (bytes, a) => pool.run(decodeAndEvaluate, bytes, a),
      [Symbol.asyncDispose]: () => pool.close(),
    }
  },
  'child_process.fork'() {
    const child = fork(fileURLToPath(responder), { serialization: 'advanced' })
    const ask = async (message: object): Promise<unknown> => {
      child.send(message)
      const [answer] = await once(child, 'message')
      return answer
    }
    return {
      describe: (bytes) => ask({ bytes }),
      evaluate: (bytes, a) => ask({ bytes, a }),
      async [Symbol.asyncDispose]() {
        child.disconnect()
        await once(child, 'exit')
      },
    }
  },
  worker_threads() {
    const thread = new Worker(responder)
    const ask = async (message: object): Promise<unknown> => {
      thread.postMessage(message)
      const [answer] = await once(thread, 'message')
      return answer
    }
    return {
      describe: (bytes) => ask({ bytes }),
      evaluate: (bytes, a) => ask({ bytes, a }),
      async [Symbol.asyncDispose]() {
        await thread.terminate()
      },
    }
  },
}

for (const [start, begin] of Object.entries(starts)) {
  let begun: Elsewhere | undefined
  /** One for all three tests; it has learnt nothing from those before but what V8 has compiled. */
  const elsewhere = (): Elsewhere => (begun ??= begin())
  t.teardown(() => begun?.[Symbol.asyncDispose]())

  model.test(`test_builtin_pickle_via_pool[${start}]`, async (t) => {
    const expr = col('a').add(lit(1))
    for (let i = 0; i < 3; i++) t.equal(await elsewhere().describe(expr.toBytes()), expr.canonicalName())
  })

  model.test(`test_udf_pickle_self_contained[${start}]`, async (t) => {
    const bytes = double(col('a')).toBytes()
    t.strictSame(await elsewhere().evaluate(bytes, [1, 2, 3]), [2n, 4n, 6n])
    t.strictSame(await elsewhere().evaluate(bytes, [10, 20, 30]), [20n, 40n, 60n])
  })

  model.test(`test_closure_capturing_udf_via_pool[${start}]`, async (t) => {
    t.strictSame(await elsewhere().evaluate(timesSeven(col('a')).toBytes(), [1, 2, 3]), [7n, 14n, 21n])
  })
}

model.nothingIsLeftOut()
