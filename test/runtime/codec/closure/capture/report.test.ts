import { join } from 'node:path'
import t from 'tap'
import {
  captureClosure,
  closureCodes,
  closureWireCodes,
  type ShippedType,
} from '../../../../../runtime/codec/closure/index.ts'
import { refusalOf, startReviver } from '../fixtures/ship.ts'

t.setTimeout(120_000)
const reviver = startReviver()
t.teardown(() => reviver.close())

const secret = 'a password'
const rows = Array.from({ length: 200 }, (_, index) => index)
const log = console.log
const helper = (n: number) => `${join('a', String(n))} ${secret}`

t.test('captureClosure() lists what travels: name, path, kind and size', (t) => {
  const { report } = captureClosure(() => [helper(1), rows, log])
  t.strictSame(
    report.map(({ name, path, kind, reference }) => [name, path.join(), kind, reference]),
    [
      ['helper', 'helper', 'by-value', undefined],
      ['rows', 'rows', 'by-value', undefined],
      ['log', 'log', 'by-reference', 'console.log'],
      ['join', 'helper,join', 'by-reference', 'node:path#join'],
      ['secret', 'helper,secret', 'by-value', undefined],
    ],
  )
  const sizes = new Map(report.map(({ name, bytes }) => [name, bytes]))
  t.ok(Number(sizes.get('rows')) >= 1600, 'numbers take eight bytes each')
  t.ok(Number(sizes.get('helper')) > Number(sizes.get('secret')), 'a helper takes what it captures along')
  t.end()
})

t.test('captureClosure() warns about captures above 1 MiB', (t) => {
  const big = new Uint8Array(2 * 1024 * 1024)
  const warnings: string[] = []
  captureClosure(() => [big, rows], { label: 'heavy', onWarning: (message) => warnings.push(message) })
  t.strictSame(warnings, [
    'Shipping function "heavy" takes along captured "big": 2.0 MiB; pass it as a column or an argument, or load it in the worker',
  ])
  t.end()
})

t.test('captureClosure() ships values of a type that others teach it', async (t) => {
  class Temperature {
    readonly #kelvin: number
    constructor(kelvin: number) {
      this.#kelvin = kelvin
    }
    get kelvin() {
      return this.#kelvin
    }
  }
  const type: ShippedType = {
    name: 'temperature',
    is: (value) => value instanceof Temperature,
    encode: (value) => ({ kelvin: (value as Temperature).kelvin }),
    decode: (data) => new Temperature((data as { kelvin: number }).kelvin),
  }
  const bytesType: ShippedType = {
    ...type,
    encode: (value) => new Uint8Array([(value as Temperature).kelvin]),
    decode: (data) => new Temperature((data as Uint8Array)[0] ?? 0),
  }
  const { reviveClosure } = await import('../../../../../runtime/codec/closure/index.ts')
  const warm = new Temperature(200)
  const list = [warm, warm]
  for (const known of [type, bytesType]) {
    const { bytes } = captureClosure(() => list, { types: [known] })
    const revived = (await reviveClosure(bytes, { types: [known] })) as () => Temperature[]
    t.strictSame(
      revived().map((temperature) => temperature.kelvin),
      [200, 200],
    )
    t.equal(revived()[0], revived()[1])
    await t.rejects(reviveClosure(bytes), { code: 'closure_missing_type' })
  }
  t.equal(refusalOf(() => list).code, 'closure_private_state')
})

t.test('reviveClosure() makes captures parameters of one factory, so that hot loops stay fast', async (t) => {
  // Case 72. The timing is in test/bench/closure-bench.ts; here it is shown that nothing stands between code and value.
  const factor = 3
  const loop = (n: number) => {
    let sum = 0
    for (let index = 0; index < n; index++) sum += index * factor
    return sum
  }
  t.equal(await reviver.call(loop, 1000), 1_498_500)
  const text = Buffer.from(captureClosure(loop).bytes).toString('latin1')
  t.match(text, 'sum += index * factor', 'the code is the code as written')
})

t.test('every code of a refusal has an explanation', (t) => {
  for (const [code, explanation] of Object.entries({ ...closureCodes, ...closureWireCodes })) {
    t.match(code, /^(closure|wire_closure)_[a-z_]+$/)
    t.match(explanation, /^[A-Z].*\.$/)
  }
  t.end()
})
