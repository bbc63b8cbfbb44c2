// What would travel, told before it does.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'tap'
import { col, explainShipping, float64, inspectUdf, lit, nativeUdf, SessionContext, udf } from 'volley'
import { volley } from '../../api/spawn-server.ts'

const options = { timeout: 120_000 }
const secret: string = 'a long secret, kept by the sender'
const table = { threshold: 3, names: ['a', 'b'] }
const limit = Math.max
const within = (value: number): number => limit(value, table.threshold)
const check = udf((value: number) => (secret === '' ? 0 : within(value)), [float64], float64, { name: 'check' })

test('inspectUdf() lists captured names with path, kind and bytes', options, (t) => {
  const { name, family, kind, bytes, captures } = inspectUdf(check)
  t.strictSame([name, family, kind], ['check', 'scalar', 'by-value'])
  t.equal(bytes, check(col('a')).explainShipping()[0]?.bytes)
  t.match(captures.map(({ path, kind }) => [path.join(' -> '), kind]).sort(), [
    ['secret', 'by-value'],
    ['within -> limit', 'by-reference'],
    ['within -> table', 'by-value'],
    ['within', 'by-value'],
  ])
  t.equal(captures.find(({ name }) => name === 'secret')?.bytes, secret.length + 2)
  t.equal(captures.find(({ name }) => name === 'limit')?.reference, 'Math.max')
  t.end()
})

test('inspectUdf() takes plain functions and definitions', options, (t) => {
  t.match(
    inspectUdf((a: number) => a + table.threshold),
    { name: 'anonymous', kind: 'by-value', captures: [{ name: 'table' }] },
  )
  t.match(inspectUdf(check.definition), { name: 'check', captures: { length: 4 } })
  t.end()
})

test('explainShipping() lists each function of an expression once', options, (t) => {
  const root = nativeUdf('root', Math.sqrt, [float64], float64)
  const expr = check(col('a'))
    .add(check(col('b')))
    .gt(root(lit(2)))
  t.match(
    explainShipping(expr).map(({ name, kind }) => [name, kind]),
    [
      ['check', 'by-value'],
      ['root', 'by-name'],
    ],
  )
  const strict = new SessionContext().withUdfInlining({ enabled: false })
  t.strictSame(
    expr.explainShipping(strict).map(({ kind, captures }) => [kind, captures]),
    [
      ['by-name', []],
      ['by-name', []],
    ],
  )
  t.strictSame(col('a').explainShipping(), [])
  t.end()
})

test('what cannot travel is refused when it is looked at', options, (t) => {
  const socket = new WeakMap()
  const bad = udf((value: number) => (socket.has(socket) ? value : 0), [float64], float64, { name: 'bad' })
  t.throws(() => inspectUdf(bad), { code: 'closure_unserializable', message: /"bad": captured "socket"/ })
  t.end()
})

test('volley inspect prints what an export would take along', options, async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'volley-inspect-'))
  t.teardown(() => rm(directory, { recursive: true }))
  const file = join(directory, 'functions.mjs')
  await writeFile(
    file,
    `import { join } from 'node:path'
const rate = 1.19
export const gross = (net) => net * rate
export const place = (name) => join(String(rate), name)
export const plain = (a) => a + 1
`,
  )
  const gross = await volley(['inspect', `${file}#gross`])
  t.match(gross.stdout, /^gross: function, by value, \d+ bytes\n {2}rate {2}by value {2}8 bytes\n$/)
  t.equal(gross.code, 0)
  const place = await volley(['inspect', `${file}#place`])
  t.match(place.stdout, /\n {2}join {2}by reference {2}node:path#join\s*\n {2}rate {2}by value {6}8 bytes/)
  t.match((await volley(['inspect', `${file}#plain`])).stdout, /captures nothing/)
  t.match(JSON.parse((await volley(['inspect', '--json', `${file}#gross`])).stdout), { captures: [{ name: 'rate' }] })
  const none = await volley(['inspect', `${file}#grss`])
  t.equal(none.code, 2)
  t.equal(none.stderr, `volley: Cannot inspect "grss" of "${file}": it exports gross, place, plain [usage_error]\n`)
})
