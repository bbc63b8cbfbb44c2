import { fork } from 'node:child_process'
import { once } from 'node:events'
import { Session } from 'node:inspector/promises'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import t from 'tap'
import { captureClosure } from '../../../../../runtime/codec/closure/index.ts'
import { startReviver } from '../fixtures/ship.ts'

// Cases 67 and 73: reading closures disturbs nobody who debugs the same program, and leaves nothing behind.

t.setTimeout(240_000)
const reviver = startReviver()
t.teardown(() => reviver.close())

const script = fileURLToPath(new URL('../fixtures/sender.ts', import.meta.url))

t.test('captureClosure() works while a second inspector session debugs the program', async (t) => {
  const session = new Session()
  session.connect()
  t.teardown(() => session.disconnect())
  await session.post('Debugger.enable')
  await session.post('Runtime.enable')
  let pauses = 0
  session.on('Debugger.paused', () => void pauses++)
  const value = 'seen'
  t.equal(await reviver.call(() => value), 'seen')
  t.equal(pauses, 0)
  const { result } = await session.post('Runtime.evaluate', { expression: '1 + 1' })
  t.equal(result.value, 2, 'the other session works on')
})

t.test('captureClosure() works in a program that was started for debugging', async (t) => {
  const child = fork(script, { serialization: 'advanced', execArgv: ['--inspect=127.0.0.1:0'], silent: true })
  const [payloads] = (await once(child, 'message')) as [Record<string, Uint8Array>]
  t.strictSame(await reviver.callBytes(payloads.values as Uint8Array), [1.5, [1, 2], 0, 3])
  child.kill('SIGKILL')
  await once(child, 'exit')
})

t.test('captureClosure() works in a worker thread', async (t) => {
  const entryPoint = new URL('../../../../../runtime/codec/closure/index.ts', import.meta.url)
  const code = `
    import { parentPort } from 'node:worker_threads'
    import { captureClosure } from '${entryPoint}'
    const value = 'from a thread'
    parentPort.postMessage(captureClosure(() => value).bytes)`
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`))
  const [bytes] = (await once(worker, 'message')) as [Uint8Array]
  t.equal(await reviver.callBytes(bytes), 'from a thread')
  await worker.terminate()
})

t.test('captureClosure() lets go of the function and of what it has captured', async (t) => {
  const collect: () => void = Reflect.get(globalThis, 'gc') ?? (await exposeGc())
  const references = (() => {
    const big = { data: new Array(1000).fill('x') }
    const fn = () => big
    captureClosure({ fn })
    return [new WeakRef(big), new WeakRef(fn)]
  })()
  await new Promise((resolve) => setTimeout(resolve, 10))
  collect()
  t.strictSame(
    references.map((reference) => reference.deref() === undefined),
    [true, true],
  )
})

t.test('captureClosure() leaves no handle that keeps the program alive, and no global', (t) => {
  const before = process.getActiveResourcesInfo()
  captureClosure(() => before.length)
  t.strictSame(process.getActiveResourcesInfo(), before)
  t.strictSame(
    Object.getOwnPropertyNames(globalThis).filter((name) => /volley|holder/i.test(name)),
    [],
  )
  t.end()
})

async function exposeGc(): Promise<() => void> {
  const { setFlagsFromString } = await import('node:v8')
  const { runInNewContext } = await import('node:vm')
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc')
}
