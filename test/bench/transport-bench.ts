// What moving bytes from a worker costs, without computing any: the round trip of a tiny task, the throughput of fd 3
// through the pool, and that of the ways to read a pipe it could use. Run: node test/bench/transport-bench.ts

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type OnReadOpts, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { readIntoSlabs } from '../../runtime/bytes/slab-reader.ts'
import { ForkPool } from '../../runtime/pool/pool.ts'

const totalBytes = 2_000_000_000
const signal = new AbortController().signal
const entry = new URL('../fixtures/workers/stream-bytes.ts', import.meta.url)

const startedAt = performance.now()
await using pool = ForkPool.fork({ workers: 1, entry })
await pool.ready()
print('start of the pool to the first worker ready', `${(performance.now() - startedAt).toFixed(0)} ms`)

await roundTrips(2000)
print('round trip of a task with a 1 kB result', `${(await roundTrips(5000)).toFixed(0)} µs`)
await throughput(totalBytes / 4)
print('fd 3 through the pool', `${(await throughput(totalBytes)).toFixed(0)} MB/s`)
for (const [name, read] of Object.entries({ dataEvents, slabs, copies, reused })) {
  print(`bare pipe, ${name}`, `${(await bare(read)).toFixed(0)} MB/s`)
}

async function roundTrips(count: number): Promise<number> {
  const task = Buffer.from('1000')
  const start = performance.now()
  for (let at = 0; at < count; at += 1) {
    const run = await pool.run({ task }, { signal })
    for await (const _ of run.stream) {
    }
    await run.done
  }
  return ((performance.now() - start) * 1000) / count
}

async function throughput(bytes: number): Promise<number> {
  const start = performance.now()
  const run = await pool.run({ task: Buffer.from(`${bytes}`) }, { signal })
  let read = 0
  for await (const chunk of run.stream) read += chunk.length
  await run.done
  return read / 1000 / (performance.now() - start)
}

/** A child that only writes, its fd 3 read in one of the ways; the last megabyte is kept, as a consumer would. */
async function bare(read: (take: (chunk: Uint8Array) => void) => OnReadOpts | undefined): Promise<number> {
  const kept: Uint8Array[] = []
  let bytes = 0
  let start = 0
  const onread = read((chunk) => {
    start ||= performance.now()
    bytes += chunk.length
    kept.push(chunk)
    if (kept.length > 4) kept.shift()
  })
  const source = await startWriter(onread)
  if (onread === undefined) {
    source.on('data', (chunk) => {
      start ||= performance.now()
      bytes += chunk.length
      kept.push(chunk)
      if (kept.length > 16) kept.shift()
    })
  }
  await once(source.resume(), 'end')
  return bytes / 1000 / (performance.now() - start)
}

async function startWriter(onread: OnReadOpts | undefined): Promise<Readable> {
  const code = `const out = new (require('node:net').Socket)({ fd: 3, readable: false, writable: true })
    const buffer = Buffer.alloc(256 * 1024, 7)
    const write = (left) => left > 0 ? out.write(buffer, () => write(left - buffer.length)) : out.end()
    write(${totalBytes})`
  if (onread === undefined) {
    return spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'inherit', 'inherit', 'pipe'] })
      .stdio[3] as Readable
  }
  const directory = mkdtempSync(join(tmpdir(), 'volley-bench-'))
  const server = createServer({ pauseOnConnect: true }).listen(join(directory, 'result'))
  await once(server, 'listening')
  const reader = connect({ path: join(directory, 'result'), onread })
  const [writer] = (await once(server, 'connection')) as [Socket]
  spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'inherit', 'inherit', writer] })
  writer.destroy()
  server.close()
  rmSync(directory, { recursive: true })
  return reader
}

function dataEvents(): undefined {}

function slabs(take: (chunk: Uint8Array) => void): OnReadOpts {
  return readIntoSlabs(take)
}

function copies(take: (chunk: Uint8Array) => void): OnReadOpts {
  const callback = (length: number, buffer: Uint8Array) => {
    take(buffer.slice(0, length))
    return true
  }
  return { buffer: new Uint8Array(1024 * 1024), callback }
}

function reused(take: (chunk: Uint8Array) => void): OnReadOpts {
  const callback = (length: number, buffer: Uint8Array) => {
    take(buffer.subarray(0, length))
    return true
  }
  return { buffer: new Uint8Array(1024 * 1024), callback }
}

function print(what: string, figure: string): void {
  console.log(`${what.padEnd(48)} ${figure}`)
}
