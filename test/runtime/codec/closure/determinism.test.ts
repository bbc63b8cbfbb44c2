import { fork } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { captureClosure } from '../../../../runtime/codec/closure/index.ts'

// Case 70: the same closure with the same values is the same bytes.

t.setTimeout(240_000)

const rate = 2
const settings = { list: [1, 2], map: new Map([['a', 1]]) }
const helper = (n: number) => n * rate

t.test('captureClosure() gives the same bytes in every process', async (t) => {
  const script = fileURLToPath(new URL('fixtures/sender.ts', import.meta.url))
  const [left, right] = await Promise.all([payloadsOf(script), payloadsOf(script)])
  t.strictSame(left, right)
  t.equal(Object.keys(left).length, 6)
})

t.test('captureClosure() gives the same bytes whatever was captured before', (t) => {
  const fn = () => [helper(1), settings, Math.max]
  const before = captureClosure(fn)
  captureClosure({ settings, helper, other: () => settings.map })
  const after = captureClosure(fn)
  t.strictSame(after.bytes, before.bytes)
  t.equal(after.hash, before.hash)
  t.end()
})

t.test('captureClosure() gives other bytes when a captured value changes', (t) => {
  const state = { n: 1 }
  const fn = () => state.n
  const before = captureClosure(fn).hash
  state.n = 2
  t.not(captureClosure(fn).hash, before)
  state.n = 1
  t.equal(captureClosure(fn).hash, before)
  t.end()
})

t.test('captureClosure() gives the same hash wherever the project lies', async (t) => {
  const project = fileURLToPath(new URL('../../../../', import.meta.url))
  const copy = join(t.testdir(), 'elsewhere')
  for (const part of ['runtime', 'functions', 'test/runtime/codec/closure/fixtures', 'package.json']) {
    mkdirSync(dirname(join(copy, part)), { recursive: true })
    cpSync(join(project, part), join(copy, part), { recursive: true })
  }
  const script = 'test/runtime/codec/closure/fixtures/sender.ts'
  const [here, there] = await Promise.all([payloadsOf(join(project, script)), payloadsOf(join(copy, script))])
  for (const name of ['values', 'recursion', 'classes', 'names']) {
    const [left, right] = [here[name] as Uint8Array, there[name] as Uint8Array]
    t.notSame(left, right, 'the directories differ')
    t.equal(contentDigest(left), contentDigest(right), `the content of ${name} does not`)
    t.notMatch(contentOf(left), project, 'nor does it name the directory')
  }
  const [left, right] = [here.imports as Uint8Array, there.imports as Uint8Array]
  t.not(contentDigest(left), contentDigest(right), 'what imports a relative path means that path')
})

async function payloadsOf(script: string): Promise<Record<string, Uint8Array>> {
  const child = fork(script, { serialization: 'advanced', execArgv: [] })
  const [payloads] = (await once(child, 'message')) as [Record<string, Uint8Array>]
  await once(child, 'exit')
  return payloads
}

function contentDigest(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex', 24, 56)
}

function contentOf(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes)
  return buffer.toString('latin1', 60, 60 + buffer.readUInt32LE(12))
}
