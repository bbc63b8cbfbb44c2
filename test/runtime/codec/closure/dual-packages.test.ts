// A package that has an ES build and a CommonJS build has everything twice. What travels by reference arrives in the build
// it came from, however it was reached.

import { pathToFileURL } from 'node:url'
import t from 'tap'
import { captureClosure } from '../../../../runtime/codec/closure/index.ts'
import { startReviver } from './fixtures/ship.ts'

t.setTimeout(240_000)
const reviver = startReviver()
t.teardown(() => reviver.close())

const manifest = { name: 'dual', exports: { '.': { import: './index.mjs', require: './index.cjs' } } }
const project = t.testdir({
  node_modules: {
    dual: {
      'package.json': JSON.stringify(manifest),
      'index.mjs': "export { Kind, make } from './lib/kind.mjs'\nexport const build = 'esm'",
      'index.cjs': "module.exports = { ...require('./lib/kind.cjs'), build: 'cjs' }",
      lib: {
        'kind.mjs': "export class Kind { tell() { return 'esm' } }\nexport const make = () => new Kind()",
        'kind.cjs': "exports.Kind = class Kind { tell() { return 'cjs' } }\nexports.make = () => new exports.Kind()",
      },
    },
  },
  'both.mjs': `
    import { createRequire } from 'node:module'
    import { Kind, build } from 'dual'
    import * as namespace from 'dual'
    const require = createRequire(import.meta.url)
    const required = require('dual')
    const load = createRequire(import.meta.url)
    const { Kind: Loaded } = load('dual')
    const held = [load].map((each) => each('dual'))[0]
    const [imported, common, loaded] = [new Kind(), new required.Kind(), new Loaded()]
    const [Imported, Common] = [imported.constructor, common.constructor]
    export const functions = {
      imported: () => [build, imported instanceof Kind, namespace.build, new Kind().tell()],
      required: () => [required.build, common instanceof required.Kind, new required.Kind().tell()],
      loaded: () => [loaded instanceof Loaded, new Loaded().tell()],
      instances: () => [imported.tell(), common.tell(), loaded.tell()],
      constructors: () => [new Imported().tell(), new Common().tell(), imported instanceof Imported, common instanceof Common],
      held: () => [held.build, new held.Kind().tell(), held === required],
      mixed: () => [imported instanceof Kind, common instanceof required.Kind, common instanceof Kind],
    }`,
  'instance.mjs': `
    import { make } from 'dual'
    const item = make()
    const Class = item.constructor
    export const functions = { instance: () => item.tell(), constructors: () => [new Class().tell(), item instanceof Class] }`,
  'common.cjs': `
    const dual = require('dual')
    const item = dual.make()
    exports.functions = { required: () => [dual.build, item instanceof dual.Kind, item.tell()] }`,
})

for (const file of ['both.mjs', 'instance.mjs', 'common.cjs']) {
  t.test(`captureClosure() keeps the build of a dual package, in ${file}`, async (t) => {
    const { functions }: { functions: Record<string, () => unknown> } = await import(
      pathToFileURL(`${project}/${file}`).href
    )
    for (const [name, fn] of Object.entries(functions)) t.strictSame(await reviver.call(fn), fn(), name)
  })
}

t.test('captureClosure() names a class that was met through an instance by its package', async (t) => {
  const { functions } = await import(pathToFileURL(`${project}/instance.mjs`).href)
  const { report } = captureClosure(functions.constructors)
  t.match(report, [{ name: 'Class', kind: 'by-reference', reference: 'dual#Kind' }, {}])
})
