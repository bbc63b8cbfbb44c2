// The buffer between fd 3 and the reader: bounded, counted, and clear about its end.

import { test } from 'tap'
import { maxBufferedBytes, ResultStream } from '../../../runtime/pool/result-stream.ts'

function setUp() {
  const calls: string[] = []
  const stream = new ResultStream({
    onRoom: () => calls.push('room'),
    onComplete: () => calls.push('complete'),
    onConsumed: () => calls.push('consumed'),
    onAbandoned: () => calls.push('abandoned'),
  })
  return { calls, stream, reader: stream[Symbol.asyncIterator]() }
}

test('a ResultStream hands on chunks in order, then its end', async (t) => {
  const { calls, stream, reader } = setUp()
  const early = reader.next()
  stream.push(Buffer.from('one'))
  stream.push(Buffer.from('two'))
  t.equal(`${(await early).value}`, 'one')
  stream.expect(6)
  stream.finish()
  t.strictSame(calls, ['complete'], 'the end is not reached before the last byte was read')
  t.equal(`${(await reader.next()).value}`, 'two')
  t.strictSame(calls, ['complete', 'consumed'])
  t.strictSame(await reader.next(), { done: true, value: undefined })
  t.strictSame(await reader.next(), { done: true, value: undefined })
})

test('a ResultStream is complete when the announced bytes are there, whichever comes first', async (t) => {
  const { calls, stream } = setUp()
  stream.expect(4)
  stream.push(Buffer.from('on'))
  t.strictSame(calls, [])
  stream.push(Buffer.from('ce'))
  t.strictSame(calls, ['complete'])
  stream.push(Buffer.from('!'))
  t.ok(stream.isOverfull)
})

test('a ResultStream asks to pause when full, and to go on when there is room', async (t) => {
  const { calls, stream, reader } = setUp()
  stream.push(new Uint8Array(maxBufferedBytes - 1))
  t.ok(stream.hasRoom)
  stream.push(new Uint8Array(1))
  t.notOk(stream.hasRoom)
  await reader.next()
  t.ok(stream.hasRoom)
  t.strictSame(calls, ['room'])
})

test('a ResultStream that fails drops what it has and takes in the rest', async (t) => {
  const { calls, stream, reader } = setUp()
  stream.push(new Uint8Array(maxBufferedBytes))
  stream.fail(new Error('first'))
  stream.fail(new Error('second'))
  t.ok(stream.hasRoom)
  await t.rejects(reader.next(), { message: 'first' })
  stream.push(new Uint8Array(10))
  stream.expect(maxBufferedBytes + 10)
  t.ok(calls.includes('complete'))
  t.notOk(calls.includes('consumed'))
})

test('a ResultStream that fails rejects the read that waits', async (t) => {
  const { stream, reader } = setUp()
  const waiting = reader.next()
  await t.rejects(reader.next(), { name: 'TypeError', message: /the last read is still waiting/ })
  stream.fail(new Error('gone'))
  await t.rejects(waiting, { message: 'gone' })
})

test('a ResultStream tells when its reader leaves early, and only then', async (t) => {
  const left = setUp()
  left.stream.push(Buffer.from('some'))
  await left.reader.return?.()
  t.strictSame(left.calls, ['abandoned'])
  const done = setUp()
  done.stream.expect(0)
  done.stream.finish()
  await done.reader.next()
  await done.reader.return?.()
  t.strictSame(done.calls, ['complete', 'consumed'])
})

test('a ResultStream is iterated once', async (t) => {
  const { stream } = setUp()
  t.throws(() => stream[Symbol.asyncIterator](), { name: 'TypeError', message: /it has been iterated before/ })
})
