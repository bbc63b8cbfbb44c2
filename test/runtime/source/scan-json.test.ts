// Scanning JSON takes the texts that JSON.parse takes and finds in them what it finds, without making values of them.

import fc from 'fast-check'
import t from 'tap'
import { bool, float64, int64, typeName, utf8 } from '../../../functions/types/type.ts'
import { JsonSyntaxError } from '../../../runtime/source/json/cursor.ts'
import { SeenType } from '../../../runtime/source/json/infer.ts'
import { type JsonHandler, scanJson } from '../../../runtime/source/json/scan.ts'
import { ShapeHandler } from '../../../runtime/source/json/shape.ts'
import { atOnce } from '../../../runtime/turns/turns.ts'

t.setTimeout(60_000)

/** What a type inferred from one value is called, or why there is none. */
function inferred(tell: (handler: JsonHandler) => void): string {
  const handler = new ShapeHandler(() => {})
  tell(handler)
  const seen = new SeenType(() => {})
  try {
    seen.add(handler.shape)
  } catch (error) {
    return String(error)
  }
  return typeName(seen.type)
}

function scanned(text: string | Buffer): string {
  try {
    return inferred((handler) => atOnce(scanJson(Buffer.from(text), handler)))
  } catch (error) {
    if (error instanceof JsonSyntaxError) return 'SyntaxError'
    throw error
  }
}

function parsed(text: string): string {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return 'SyntaxError'
  }
  return inferred((handler) => tellValue(value, handler))
}

function tellValue(value: unknown, handler: JsonHandler): void {
  if (typeof value !== 'object') handler.scalar(scalarType(value))
  else if (value === null) handler.scalar(undefined)
  else if (Array.isArray(value)) {
    handler.openList()
    for (const item of value) tellValue(item, handler)
    handler.close()
  } else {
    handler.openObject()
    for (const [name, member] of Object.entries(value)) {
      handler.name(name)
      tellValue(member, handler)
    }
    handler.close()
  }
}

function scalarType(value: unknown) {
  if (typeof value === 'boolean') return bool
  return typeof value === 'string' ? utf8 : Number.isSafeInteger(value) ? int64 : float64
}

const isRefused = (answer: string): boolean => answer === 'SyntaxError'

const space = fc.constantFrom('', '', '', ' ', '\t', ' \r', '\n ')
const spaced = (text: string) => fc.tuple(space, space).map(([before, after]) => before + text + after)
const digits = fc.stringMatching(/^[0-9]{1,20}$/)
const number = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.oneof(fc.constant('0'), fc.stringMatching(/^[1-9][0-9]{0,19}$/)),
    fc.option(
      digits.map((text) => `.${text}`),
      { nil: '' },
    ),
    fc.option(fc.stringMatching(/^[eE][+-]?[0-9]{1,3}$/), { nil: '' }),
  )
  .map((parts) => parts.join(''))
const character = fc.oneof(
  fc.constantFrom('a', ',', ':', '{', '}', '[', ']', 'é', '😀', '\u2028'),
  fc.constantFrom('\\"', '\\\\', '\\/', '\\b', '\\f', '\\n', '\\r', '\\t', '\\u00e9', '\\uD83D\\uDE00', '\\udc00'),
)
const string = fc.array(character, { maxLength: 6 }).map((parts) => `"${parts.join('')}"`)
/**
 * Few names, so that objects share some and have some twice. Numbers would come first in the parser's objects, and for a
 * name with an escape V8 13.6 sometimes takes one that it met before with a backslash in that place.
 */
const name = fc.oneof(
  fc.constantFrom('"ab"', '"b"', '"\\u0061b"', '"__proto__"', '""'),
  string.filter((text) => !text.includes('\\\\')).map((text) => `"n${text.slice(1)}`),
)
const { value } = fc.letrec<{ value: string }>((tie) => {
  const list = fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`)
  const member = fc.tuple(name, space, tie('value')).map(([key, gap, each]) => `${key}${gap}:${each}`)
  const object = fc.array(member, { maxLength: 4 }).map((members) => `{ ${members.join(', ')}}`)
  const scalar = fc.oneof(number, string, fc.constantFrom('true', 'false', 'null'))
  return { value: fc.oneof({ maxDepth: 4 }, scalar, list, object).chain(spaced) }
})

t.test('scanJson() finds in a text what JSON.parse() finds', async () => {
  fc.assert(
    fc.property(value, (text) => scanned(text) === parsed(text)),
    { numRuns: 2000 },
  )
})

t.test('scanJson() takes what JSON.parse() takes, and nothing else', async () => {
  const edit = fc.tuple(fc.nat(), fc.nat(2), fc.constantFrom(...'"\\{}[],:0-.eEtnu \u0001\u00a0\ufeff'))
  fc.assert(
    fc.property(value, fc.array(edit, { minLength: 1, maxLength: 3 }), (text, edits) => {
      let edited = text
      for (const [at, removed, added] of edits) {
        const from = at % (edited.length + 1)
        edited = edited.slice(0, from) + added + edited.slice(from + removed)
      }
      return isRefused(scanned(edited)) === isRefused(parsed(edited))
    }),
    { numRuns: 4000 },
  )
})

t.test('scanJson() finds the types of numbers that are long', async (t) => {
  const table = [
    '9007199254740991',
    '9007199254740992',
    '-9007199254740991',
    '1e3',
    '1.0',
    '-0',
    '0.1e1',
    '1e400',
    '12e-1',
  ]
  for (const text of [...table, `1${'0'.repeat(400)}`, `0.${'0'.repeat(5000)}1e5001`]) {
    t.equal(scanned(text), parsed(text), text.slice(0, 20))
  }
})

t.test('scanJson() reads strings longer than a piece, wherever an escape stands', async (t) => {
  for (let before = (1 << 16) - 8; before < (1 << 16) + 8; before++) {
    for (const sequence of ['\\u0041', '\\"', '\\\\']) {
      const text = `["${'x'.repeat(before)}${sequence}${'y'.repeat(70_000)}",1`
      t.equal(scanned(`${text}]`), parsed(`${text}]`))
      t.equal(scanned(text), 'SyntaxError')
    }
  }
})

t.test('scanJson() takes bytes that are not UTF-8 for what they are replaced by', async (t) => {
  t.equal(scanned(Buffer.from('{"na\xefve":"\xff"}', 'latin1')), 'struct<"na\ufffdve":utf8>')
  t.equal(scanned(Buffer.from('{"a":\xff}', 'latin1')), 'SyntaxError')
})

t.test('scanJson() follows lists and objects as deep as they go', async (t) => {
  const lists = (depth: number) => `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`
  t.equal(scanned(lists(64)), `struct<a:${'list<'.repeat(64)}utf8${'>'.repeat(64)}>`)
  t.match(scanned(lists(65)), /nested more than 64 deep/)
  t.match(scanned(lists(9999)), /nested more than 64 deep/)
  t.equal(scanned(`${lists(9999)}]`), 'SyntaxError')
  t.throws(() => atOnce(scanJson(Buffer.from(lists(10_000)), new ShapeHandler(() => {}))), {
    name: 'JsonSyntaxError',
    message: 'it nests more than 10000 deep',
  })
  t.equal(
    scanned(`{"a":${'{"b":['.repeat(40)}1${']}'.repeat(40)},"a":[true]}`),
    'struct<a:list<bool>>',
    'the last counts',
  )
})

t.test('scanJson() says where a text stops being JSON and what was expected', async (t) => {
  const table: readonly [string, string][] = [
    ['{"a":', 'it ends where a value is expected'],
    ['{"a":1', `it ends where ',' or '}' is expected`],
    ['{"é":1 2}', `character 8 is "2" where ',' or '}' is expected`],
    ['{"a":[1 2]}', `character 9 is "2" where ',' or ']' is expected`],
    ['{a:1}', `character 2 is "a" where '"' is expected`],
    ['{"a" 1}', `character 6 is "1" where ':' is expected`],
    ['{"a":1,}', `character 8 is "}" where '"' is expected`],
    ['{"a":tru}', `character 9 is "}" where 'true' is expected`],
    ['{"a":01}', `character 7 is "1" where ',' or '}' is expected`],
    ['{"a":1.}', 'character 8 is "}" where a digit is expected'],
    ['{"a":NaN}', 'character 6 is "N" where a value is expected'],
    ['{"a":"\t"}', 'character 7 is "\\t" where an escape sequence is expected'],
    ['{"a":"\\x"}', 'character 8 is "x" where an escape sequence is expected'],
    ['{"a":"\\u00g0"}', 'character 11 is "g" where a hexadecimal digit is expected'],
    ['{"a":"b}', `it ends where '"' is expected`],
    ['{"a":1} {', 'character 9 is "{" where the end of the line is expected'],
  ]
  for (const [text, message] of table) {
    t.throws(() => atOnce(scanJson(Buffer.from(text), new ShapeHandler(() => {}))), {
      message: `it is not valid JSON (${message})`,
    })
  }
})
