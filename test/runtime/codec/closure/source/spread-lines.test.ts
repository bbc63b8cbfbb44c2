// Line breaks put back into compiled code: tokens stand in their lines, and the code means what it meant.

import { SourceMap } from 'node:module'
import { type Node, parse } from 'acorn'
import { type BuildOptions, transform } from 'esbuild'
import t from 'tap'
import { spreadLines } from '../../../../../runtime/codec/closure/source/spread-lines.ts'

t.setTimeout(120_000)

const written = `function mine(
  value: {
    a: number
    b: string
  },
  other?: number,
) {
  // A comment.
  type Inner = {
    c: number
  }
  const text = \`{;
    \${value.a},

    ;\`
  const pattern = /[{;,]/
  const string = ';{,'

  for (let i = 0; i < 2; i++) {

    i++
  }
  if (value.a === 1)

    throw new RangeError('here')
  return [text, pattern, string, (a: number) => a, async (b: number) => {

    await b
  }, other]
}`

async function compiled(options: BuildOptions & { minify?: boolean; minifyWhitespace?: boolean }) {
  const { code, map } = await transform(written, { loader: 'ts', sourcemap: true, ...(options as object) })
  const entries = new SourceMap(JSON.parse(map))
  const spread = spreadLines(code.trimEnd(), { line: 0, column: 0, originalLine: 0 }, (line, column, place) => {
    const entry = entries.findEntry(line, column)
    if (!('originalLine' in entry) || entry.generatedLine !== line) return undefined
    return place === 'line' || entry.generatedColumn === column ? entry.originalLine : undefined
  })
  return { code: code.trimEnd(), spread }
}

/** A tree without positions. */
const treeOf = (code: string): unknown =>
  JSON.parse(
    JSON.stringify(parse(code, { ecmaVersion: 'latest' }), (key, value: Node) =>
      key === 'start' || key === 'end' ? undefined : value,
    ),
  )
const lineOf = (code: string, text: string): number => code.split('\n').findIndex((line) => line.includes(text))

for (const [what, options] of Object.entries({
  compiled: {},
  'compiled without line breaks': { minifyWhitespace: true },
  minified: { minify: true },
})) {
  t.test(`spreadLines() puts ${what} code into the lines where it was written`, async (t) => {
    const { code, spread } = await compiled(options)
    t.strictSame(treeOf(spread), treeOf(code))
    for (const text of ['RangeError', 'await ']) t.equal(lineOf(spread, text), lineOf(written, text), text)
  })
}

t.test('spreadLines() leaves code alone that it cannot read, and maps that contradict it', async (t) => {
  const start = { line: 0, column: 0, originalLine: 5 }
  t.equal(
    spreadLines('#private() {\n}', start, () => 9),
    '#private() {\n}',
  )
  t.equal(
    spreadLines('function f() {\n  return 1\n}', start, () => 0),
    'function f() {\n  return 1\n}',
  )
  t.equal(
    spreadLines('function f() {\n  return 1\n}', start, () => 1e9),
    'function f() {\n  return 1\n}',
  )
  t.equal(
    spreadLines('function f() {\n  return 1\n}', start, () => undefined),
    'function f() {\n  return 1\n}',
  )
})
