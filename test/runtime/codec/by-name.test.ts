// Functions by name: their signature travels along, and a receiver whose function of that name has another one refuses.

import t from 'tap'
import {
  col,
  type DataType,
  decodeExpr,
  encodeExpr,
  field,
  float64,
  int64,
  SessionContext,
  type UdfOptions,
  udaf,
  udf,
  udwf,
  utf8,
} from 'volley'
import type { Udf } from '../../../functions/contract/udf.ts'
import { signatureText } from '../../../runtime/codec/by-name.ts'
import { decodeUdf, encodeUdf } from '../../../runtime/codec/udf-codec.ts'
import { seal } from '../../fuzz/seal.ts'

const gross = (inputs: readonly (DataType | string)[], returns: Parameters<typeof udf>[2], options: UdfOptions = {}) =>
  udf((...values: readonly unknown[]) => values[0], inputs, returns, { name: 'gross', ...options })

class Sum {
  sum = 0
  update(): void {}
  merge(): void {}
  state(): readonly unknown[] {
    return [this.sum]
  }
  evaluate(): number {
    return this.sum
  }
  evaluateAll(): readonly number[] {
    return []
  }
}
const total = (state: Parameters<typeof udaf>[3], nulls: 'call' | 'skip' = 'call') =>
  udaf(Sum, [float64], float64, state, { name: 'total', nulls })
const ranks = (inputs: readonly DataType[]) => udwf(Sum, inputs, int64, { name: 'ranks' })

const strict = new SessionContext().withUdfInlining({ enabled: false })

/** Sends one definition by name to a receiver that has another one under it. */
function send(sent: Udf, registered: Udf): Udf {
  const receiver = { udfInlining: false, findUdf: () => registered, udfNames: () => [registered.name] }
  return decodeUdf(encodeUdf(sent, strict), sent.family, receiver)
}

t.test('a function of another contract is refused with both signatures', (t) => {
  const receiver = new SessionContext()
  receiver.registerUdf(gross([float64], float64))
  t.throws(() => decodeExpr(encodeExpr(gross([int64], float64)(col('net')), strict), receiver), {
    name: 'WireError',
    code: 'wire_contract_mismatch',
    message:
      'Function "gross" is registered here as (float64) -> float64, the sender means (int64) -> float64. Register the same function on both sides',
    details: { function: 'gross', registered: '(float64) -> float64', wanted: '(int64) -> float64' },
  })
  t.end()
})

const here = gross([float64], float64).definition
const differing: Readonly<Record<string, readonly [sent: Udf, registered: Udf, signature: string]>> = {
  'an input of another type': [gross([utf8], float64).definition, here, '(utf8) -> float64'],
  'another number of inputs': [gross([float64, int64], float64).definition, here, '(float64, int64) -> float64'],
  'no inputs': [gross([], float64).definition, here, '() -> float64'],
  'a result of another type': [gross([float64], int64).definition, here, '(float64) -> int64'],
  'another precision': [
    gross(['decimal128(10,2)'], float64).definition,
    gross(['decimal128(12,2)'], float64).definition,
    '(decimal128(10,2)) -> float64',
  ],
  'a result that is never null': [
    gross([float64], field('r', float64, false)).definition,
    here,
    '(float64) -> float64 not null',
  ],
  'a function that sees nulls': [
    gross([float64], float64, { nulls: 'call' }).definition,
    here,
    '(float64) -> float64, nulls call',
  ],
  'a state of another type': [
    total([field('sum', int64)]).definition,
    total([field('sum', float64)]).definition,
    '(float64) -> float64, state (sum: int64)',
  ],
  'a state of another name': [
    total([field('total', float64, false)]).definition,
    total([field('sum', float64, false)]).definition,
    '(float64) -> float64, state (total: float64 not null)',
  ],
  'an accumulator that does not see nulls': [
    total([float64], 'skip').definition,
    total([float64]).definition,
    '(float64) -> float64, state (state_0: float64), nulls skip',
  ],
  'a window function of another type': [ranks([utf8]).definition, ranks([]).definition, '(utf8) -> int64'],
}
for (const [what, [sent, registered, signature]] of Object.entries(differing)) {
  t.test(`by name, ${what} is told apart`, (t) => {
    t.equal(signatureText(sent), signature)
    t.throws(() => send(sent, registered), { code: 'wire_contract_mismatch', details: { wanted: signature } })
    t.throws(() => send(registered, sent), { code: 'wire_contract_mismatch', details: { registered: signature } })
    t.equal(send(sent, sent), sent)
    t.end()
  })
}

t.test('a function that promises more than the plan relies on is taken, one that promises less is not', (t) => {
  const rising = (['volatile', 'stable', 'immutable'] as const).map(
    (volatility) => gross([float64], float64, { volatility }).definition,
  )
  t.same(rising.map(signatureText), [
    '(float64) -> float64',
    '(float64) -> float64, stable',
    '(float64) -> float64, immutable',
  ])
  for (const [needed, sent] of rising.entries()) {
    for (const [promised, registered] of rising.entries()) {
      if (promised >= needed) t.equal(send(sent, registered), registered)
      else {
        t.throws(() => send(sent, registered), {
          code: 'wire_contract_mismatch',
          details: { registered: signatureText(registered), wanted: signatureText(sent) },
        })
      }
    }
  }
  t.end()
})

t.test("what only says how the receiver calls its own function is the receiver's affair", (t) => {
  const registered = gross([int64], field('gross', float64, true, { unit: 'EUR' }), {
    mode: 'vector',
    int64As: 'number',
  }).definition
  t.equal(send(gross([int64], float64).definition, registered), registered)
  t.end()
})

t.test('by name, functions of every family are under a quarter of what they are by value', (t) => {
  for (const { definition } of [gross([float64], float64), total([field('sum', float64)]), ranks([float64])]) {
    const byValue = encodeUdf(definition, new SessionContext()).length
    const byName = encodeUdf(definition, strict).length
    t.ok(byName < byValue / 4, `${definition.family}: ${byName} and ${byValue} bytes`)
    t.same(encodeUdf(definition, strict), encodeUdf(definition, strict), 'and always the same')
  }
  t.end()
})

t.test('a function of another family is not the one that is meant', (t) => {
  const receiver = new SessionContext()
  receiver.registerUdaf(total([float64]))
  const sent = udf((x: number) => x, [float64], float64, { name: 'total' })
  t.throws(() => decodeUdf(encodeUdf(sent.definition, strict), 'scalar', receiver), { code: 'wire_not_registered' })
  t.end()
})

t.test('a long signature travels as its beginning and a digest', (t) => {
  const wide = (columns: number, last: string) =>
    gross(
      [`struct<${Array.from({ length: columns }, (_, i) => `column_${i}:float64`).join(',')},last:${last}>`],
      float64,
    ).definition
  const [long, other] = [wide(1000, 'utf8'), wide(1000, 'int64')]
  const bytes = encodeUdf(long, strict)
  t.ok(bytes.length < 300, `${bytes.length} bytes`)
  t.match(signatureText(long), /^\(struct<column_0:float64,.*… \(sha256 [0-9a-f]{32}\)$/)
  t.equal(send(long, long), long)
  t.throws(() => send(long, other), {
    code: 'wire_contract_mismatch',
    message: /^Function "gross" is registered here as .*\(sha256 \w+\), the sender means .*\(sha256 \w+\)\. Register/,
  })
  t.end()
})

t.test('a signature that is cut within a character is the same on both sides', (t) => {
  for (let length = 150; length < 250; length++) {
    const emoji = gross([{ kind: 'struct', fields: [field(`${'x'.repeat(length)}${'🙂'.repeat(200)}`, utf8)] }], utf8)
    t.equal(send(emoji.definition, emoji.definition), emoji.definition)
  }
  const lone = gross([{ kind: 'struct', fields: [field('\ud800', utf8)] }], utf8).definition
  t.equal(send(lone, lone), lone)
  t.end()
})

t.test('a frame without a signature, or with an endless one, is refused', (t) => {
  const bytes = encodeUdf(here, strict)
  const name = bytes.subarray(0, bytes.length - '(float64) -> float64'.length)
  const receiver = new SessionContext()
  receiver.registerUdf(gross([float64], float64))
  const frame = (signature: string): Buffer => {
    const made = Buffer.concat([name, Buffer.from(signature)])
    made.writeUInt32LE(made.length - 18, 10)
    return seal(made)
  }
  t.equal(decodeUdf(frame('(float64) -> float64'), 'scalar', receiver), receiver.findUdf('scalar', 'gross'))
  t.throws(() => decodeUdf(frame(''), 'scalar', receiver), {
    code: 'wire_contract_mismatch',
    message: /, the sender does not say which it means\./,
  })
  try {
    decodeUdf(frame('x'.repeat(1e6)), 'scalar', receiver)
    t.fail('it was taken')
  } catch (error) {
    t.match(error, { code: 'wire_contract_mismatch' })
    t.ok((error as Error).message.length < 500)
  }
  t.end()
})
