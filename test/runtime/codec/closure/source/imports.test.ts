import * as fs from 'node:fs'
import defaultFs, { readFileSync } from 'node:fs'
import { join as joinPaths } from 'node:path'
import t from 'tap'
import { captureClosure } from '../../../../../runtime/codec/closure/index.ts'
import settings from '../fixtures/data.json' with { type: 'json' }
import { ready } from '../fixtures/late.ts'
import * as library from '../fixtures/library.ts'
import defaultExport, { Base, factor, instances, triple as renamed, table, triple } from '../fixtures/library.ts'
import { forge, startReviver } from '../fixtures/ship.ts'
import { fromCommonJs } from '../fixtures/user.cjs'

// Cases 37 to 44: what functions import travels by reference.

t.setTimeout(120_000)
const reviver = startReviver()
t.teardown(() => reviver.close())

t.test('captureClosure() ships named, default and namespace imports with their identity', async (t) => {
  const shipped = async () => {
    const again = await import('../fixtures/library.ts')
    return [
      triple === again.triple,
      table === again.table,
      Base === again.Base,
      factor === again.factor,
      defaultExport === again.default,
      library === again,
      library.instances === instances,
    ]
  }
  t.strictSame(await reviver.call(shipped), [true, true, true, true, true, true, true])
})

t.test('captureClosure() ships a renamed import under its real name', async (t) => {
  const shipped = () => [renamed(2), joinPaths('a', 'b')]
  t.strictSame(await reviver.call(shipped), [6, 'a/b'])
  const references = captureClosure(shipped).report.map(({ reference }) => reference)
  t.strictSame(references, ['../fixtures/library.ts#triple', 'node:path#join'])
})

t.test('captureClosure() ships what is imported by reference inside objects, too', async (t) => {
  const tools = { triple, nested: [Base, library] as const }
  const shipped = async () => {
    const again = await import('../fixtures/library.ts')
    return [tools.triple === again.triple, tools.nested[0] === again.Base, tools.nested[1] === again, triple(1)]
  }
  t.strictSame(await reviver.call(shipped), [true, true, true, 3])
})

t.test('captureClosure() ships what a CommonJS file requires, named, as default and wrapped', async (t) => {
  t.strictSame(await reviver.call(fromCommonJs), ['a/b', 'plain 1', 'plain 1', 'helper 1', true])
  const references = captureClosure(fromCommonJs).report.flatMap(({ reference }) => reference ?? [])
  t.strictSame(references.sort(), ['./plain.cjs', './plain.cjs#plain', './plain.cjs', 'node:path#join'].sort())
})

t.test('captureClosure() ships a JSON import with its attributes', async (t) => {
  t.strictSame(await reviver.call(() => settings), { level: 3 })
})

t.test('captureClosure() ships an import from a module with top-level await', async (t) => {
  t.equal(await reviver.call(() => ready), 'ready')
})

t.test('captureClosure() ships functions of node:fs directly, inside objects, and the module itself', async (t) => {
  const io = { read: readFileSync, all: defaultFs, namespace: fs }
  const shipped = () => {
    const builtin = process.getBuiltinModule('node:fs')
    return [
      readFileSync === builtin.readFileSync,
      io.read === builtin.readFileSync,
      io.all === builtin,
      Reflect.get(io.namespace, 'default') === builtin,
      fs.existsSync === builtin.existsSync,
    ]
  }
  t.strictSame(await reviver.call(shipped), [true, true, true, true, true])
})

t.test('captureClosure() ships a relative import() inside a function', async (t) => {
  const shipped = async () => {
    const { triple } = await import('../fixtures/library.ts')
    return triple(4)
  }
  t.equal(await reviver.call(shipped), 12)
})

t.test('reviveClosure() names an export or a module that the worker does not have', async (t) => {
  const { bytes } = captureClosure(() => triple(1))
  const missing = forge(bytes, 'triple', 'tripel')
  await t.rejects(reviver.callBytes(missing), {
    code: 'closure_missing_export',
    message: 'Cannot find "tripel" in "../fixtures/library.ts": the module has no such export in this process',
  })
  await t.rejects(reviver.callBytes(forge(bytes, 'library', 'yrarbil')), {
    code: 'closure_missing_module',
    message: /^Cannot load "\.\.\/fixtures\/yrarbil\.ts", which .*imports\.test\.ts imports: /,
  })
})
