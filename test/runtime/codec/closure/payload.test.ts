import fc from 'fast-check'
import t from 'tap'
import { isVolleyError } from '../../../../functions/errors.ts'
import { captureClosure, reviveClosure } from '../../../../runtime/codec/closure/index.ts'
import { forge, seal } from './fixtures/ship.ts'

// Case 74: bytes that captureClosure() did not write are refused before anything in them is parsed.

t.setTimeout(240_000)

const pixels = new Uint8Array([1, 2, 3])
const table = {
  pixels,
  nested: [{ deep: new Map([['k', /x/g]]) }],
  even: (n: number): boolean => n === 0 || odd(n - 1),
}
const odd = (n: number): boolean => n !== 0 && table.even(n - 1)
const { bytes } = captureClosure(() => [table, odd, Math.max])
const codeOf = (payload: Uint8Array) =>
  reviveClosure(payload).then(
    () => 'accepted',
    (error: unknown) => (isVolleyError(error) ? error.code : `not coded: ${error}`),
  )

t.test('reviveClosure() refuses a payload that is cut anywhere', async (t) => {
  for (let length = 0; length < bytes.length; length++) {
    const code = await codeOf(bytes.subarray(0, length))
    if (code !== 'wire_closure_truncated') return t.fail(`cut to ${length} bytes: ${code}`)
  }
  t.equal(await codeOf(Buffer.concat([bytes, Buffer.from('x')])), 'wire_closure_truncated')
})

t.test('reviveClosure() refuses a payload with any bit flipped', async (t) => {
  for (let index = 0; index < bytes.length; index++) {
    const changed = Uint8Array.from(bytes)
    changed[index] = (changed[index] ?? 0) ^ 4
    const code = await codeOf(changed)
    if (!/^wire_closure_(magic|version|truncated|digest)$/.test(code)) return t.fail(`flipped at ${index}: ${code}`)
  }
  t.pass()
})

t.test('reviveClosure() says which versions do not fit', async (t) => {
  const newer = Uint8Array.from(bytes)
  newer[7] = 9
  await t.rejects(reviveClosure(newer), {
    code: 'wire_closure_version',
    message:
      'Cannot revive a closure: it has format 9, this side reads 2; align volley versions on sender and receiver',
  })
})

const lies: readonly (readonly [string, string, string])[] = [
  ['a reference to nothing', '[1]', '[9]'],
  ['an unknown kind of record', '"pixels"', '"pixel!"'],
]

t.test('reviveClosure() refuses records that contradict each other, and allocates nothing for them', async (t) => {
  const texts = [
    '[]',
    '0',
    '-1',
    '{"a":1}',
    sealText([['z']]),
    sealText([['b', 'Float64Array', 0, 0, 1e9]]),
    sealText([['l', 7, 0]]),
    sealText([['v', 0]]),
    sealText([['A', 4_000_000_000, 4_100_000_000, 1]]),
    sealText([['f', 0, 0, 'f', '() => 1', -1, 0, 0, ['a b'], [1]]], [[0, 0]]),
    sealText(
      [0, 1e9].map((line) => ['f', 0, 0, 'f', '() => 1', -1, line, 0, [], []]),
      [[1, 0, 1]],
    ),
    sealText([['f', 0, 0, 'f', '1', -1, 0, 0, [], []]], [[0, 0]]),
    sealText([['r', '(', '']]),
    sealText([['u', 'not a URL']]),
    sealText([['x', 3, true, 0]]),
    '[null,[],[],[],[["o","a",[1]]],[]]',
    '[null,[],[],[],[["o","a",[-1]]],[]]',
    '[null,[],[],[],[["o","a",[0.5]]],[]]',
    '[null,[],[],[],[["o","a",["s",0]]],[]]',
    '[null,[],[],[],[["o","a",["s",0]]],[7]]',
    '[null,[],[],[],[["o","a",["b","1.5"]]],[]]',
    '[null,[],[],[],[["o","a",["d","["]]],[]]',
    '[null,[],[],[],[["o","a",["z"]]],[]]',
    '[null,[],[],[],[["o","a",[]]],[]]',
    '[null,[],[],[],[["o","a",{}]],[]]',
    `[${'["l",'.repeat(50_000)}1${']'.repeat(50_000)},[],[],[],[],[]]`,
    '[[9],[],[],[],[],[]]',
    '[null,[],[],[],[{"0":"o","length":1}],[]]',
    '[null,[],[],[],[["a"]]]',
  ]
  for (const text of texts) {
    const code = await codeOf(withText(text))
    t.match(code, /^wire_closure_malformed$/, text)
  }
  for (const [title, from, to] of lies) t.match(await codeOf(forge(bytes, from, to)), /^wire_closure_|accepted/, title)
})

t.test('reviveClosure() answers every mutation of the text with a code, at once', async () => {
  const data = captureClosure(table.nested).bytes
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.string({ minLength: 1, maxLength: 4 }), async (at, replacement) => {
      const text = Buffer.from(data).toString('utf8', 60, 60 + Buffer.from(data).readUInt32LE(12))
      const position = at % text.length
      const mutated = text.slice(0, position) + replacement + text.slice(position + replacement.length)
      const code = await codeOf(withText(mutated))
      return /^(accepted|wire_closure_\w+|closure_missing_\w+)$/.test(code)
    }),
    { numRuns: 300 },
  )
})

t.test('captureClosure() writes a long string once, however often it is captured', async (t) => {
  const word = 'long '.repeat(1000)
  const words = Array.from({ length: 100 }, () => ({ word }))
  const payload = captureClosure(() => words).bytes
  t.ok(payload.byteLength < 2 * word.length)
  const revived = (await reviveClosure(payload)) as () => typeof words
  t.strictSame(revived(), words)
})

t.test('captureClosure() ships every primitive and every text as it is', async (t) => {
  const values = [
    undefined,
    null,
    true,
    0,
    -0,
    Number.NaN,
    Number.NEGATIVE_INFINITY,
    2n ** 64n,
    -5n,
    'n',
    '\ud800',
    '\u2028',
  ]
  const long = ['[1]'.repeat(50), '\ud800'.repeat(70), '"\\'.repeat(50)]
  const mixed = [...values, ...long, values, [[]]]
  const revived = (await reviveClosure(captureClosure(() => mixed).bytes)) as () => typeof mixed
  t.strictSame(revived(), mixed)
  t.ok(Object.is(revived()[4], -0))
})

/** A sealed payload of the given records, whose root is the first. */
function sealText(records: readonly unknown[][], groups: readonly number[][] = []): string {
  const marked = (part: unknown) => (Array.isArray(part) ? ['l', ...part] : part)
  return JSON.stringify([null, [], groups, [], records.map((record) => record.map(marked)), []])
}

function withText(text: string): Uint8Array {
  const header = Buffer.from(bytes.subarray(0, 60))
  header.writeUInt32LE(Buffer.byteLength(text), 12)
  header.writeUInt32LE(2, 16)
  header.writeUInt32LE(0, 20)
  return seal(Buffer.concat([header, Buffer.from(text), Buffer.from('[]')]))
}
