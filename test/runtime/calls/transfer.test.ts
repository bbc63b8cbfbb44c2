// Memory that a call gives away, and memory that it does not.

import { test } from 'tap'
import { WorkerPool } from 'volley'

const options = { timeout: 120_000 }

test('what is transferred arrives, and is empty here as soon as it was encoded', options, async (t) => {
  await using pool = WorkerPool.fork({ workers: 1 })
  const values = Float64Array.from({ length: 1000 }, (_, i) => i)
  const bytes = new ArrayBuffer(1000)
  new Uint8Array(bytes).fill(7)
  const sum = (floats: Float64Array, memory: ArrayBuffer) =>
    floats.reduce((a, b) => a + b, 0) + new Uint8Array(memory).reduce((a, b) => a + b, 0)
  const call = pool.runWith({ transfer: [values.buffer, bytes, bytes] }, sum, values, bytes)
  t.equal(values.length, 0)
  t.ok(bytes.detached)
  t.equal(await call, 499_500 + 7000)
})

test('what is not transferred stays, and goes as it was when the call was made', options, async (t) => {
  await using pool = WorkerPool.fork({ workers: 1 })
  const first = (memory: ArrayBuffer, view: Uint32Array) => [new Uint8Array(memory)[0], view[0], memory.byteLength]
  for (const length of [4, 4096]) {
    const memory = new ArrayBuffer(length)
    const view = new Uint32Array(length).fill(5)
    const call = pool.run(first, memory, view)
    new Uint8Array(memory).fill(1)
    view.fill(6)
    t.strictSame(await call, [0, 5, length])
  }
  const reused = new Uint8Array(4096)
  const items = function* () {
    for (let i = 0; i < 5; i++) yield reused.fill(i)
  }
  const firsts = await pool.map((bytes: Uint8Array) => bytes[0], items(), { chunkSize: 3 })
  t.strictSame(firsts, [0, 1, 2, 3, 4], 'a source may use the memory of an item again')
})

test('what cannot be given away is refused, and nothing is lost by it', options, async (t) => {
  await using pool = WorkerPool.fork({ workers: 1 })
  const refused = async (transfer: unknown, message: RegExp) =>
    t.rejects(
      pool.runWith({ transfer } as never, () => 1),
      { code: 'invalid_argument', message },
    )
  const memory = new ArrayBuffer(100)
  await refused(memory, /array of ArrayBuffers/)
  await refused([memory, new Uint8Array(1)], /a view, give its buffer/)
  await refused([memory, new SharedArrayBuffer(1)], /only an ArrayBuffer/)
  const gone = new ArrayBuffer(1)
  gone.transfer()
  await refused([memory, gone], /given away before/)
  // The language's own types are without it: they have no DOM.
  const { Memory } = Reflect.get(globalThis, 'WebAssembly') as {
    readonly Memory: new (size: object) => { buffer: ArrayBuffer }
  }
  await refused([new Memory({ initial: 1 }).buffer], /as that of WebAssembly/)
  await t.rejects(
    pool.runWith({ transfer: [memory] }, (value: unknown) => value, Promise.resolve(1)),
    {
      code: 'closure_unserializable',
    },
  )
  t.notOk(memory.detached)
  await t.rejects(
    pool.map(() => 1, [1], { transfer: [memory] } as never),
    {
      code: 'invalid_argument',
      message: /"transfer" among the options of a call/,
    },
  )
})
