import { parse, tokTypes } from 'acorn'
import t from 'tap'
import { captureClosure } from '../../../../runtime/codec/closure/index.ts'
import { refusalOf, startReviver } from './fixtures/ship.ts'

// Cases 45 and 46: functions and classes that a package defines are never copied.

t.setTimeout(120_000)
const reviver = startReviver()
t.teardown(() => reviver.close())

t.test('captureClosure() ships the class of a package, met through an instance, by reference', async (t) => {
  const tree = parse('1 + 1', { ecmaVersion: 'latest' })
  const shipped = async () => {
    const exported = await import('acorn')
    const Node: new () => object = Reflect.get(exported, 'Node')
    return [tree instanceof Node, tree.body[0] instanceof Node, tree.type, parse === exported.parse]
  }
  t.strictSame(await reviver.call(shipped), [true, true, 'Program', true])
  t.notMatch(Buffer.from(captureClosure(tree).bytes).toString('latin1'), /this\.start = pos/)
})

t.test('captureClosure() refuses a function that a package does not export', (t) => {
  const updateContext: unknown = Reflect.get(tokTypes.braceR, 'updateContext')
  const { code, message, path } = refusalOf(() => updateContext)
  t.equal(code, 'closure_by_reference')
  t.match(message, /captured "updateContext" is defined by a package \(acorn\/.*\), which does not export it/)
  t.strictSame(path, ['updateContext'])
  t.end()
})

t.test('captureClosure() refuses a namespace that no import names', async (t) => {
  const namespace = await import('./fixtures/library.ts')
  t.equal(refusalOf(() => namespace.factor).code, 'closure_by_reference')
})
