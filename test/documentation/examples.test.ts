// Examples that do not tell the truth are caught.

import { mkdtemp, rm } from 'node:fs/promises'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { type Outcome, programOf, runExamples } from './examples.ts'

const examples: Readonly<Record<string, readonly [example: string, error: RegExp | undefined]>> = {
  'says what comes out': ['1 + 1 // => 2', undefined],
  'says it of a constant': ['const two = 1 + 1 // => 2', undefined],
  'says it below': ['[1, 2].map((n) => ({ n }))\n// => [{ n: 1 },\n//     { n: 2 }]', undefined],
  'says it within a block': ['try {\n  throw 3\n} catch (error) {\n  error // => 3\n}', undefined],
  'says something else': ['1 + 1 // => 3', /is 2, not 3/],
  'says something else of the type': ['1n + 1n // => 2', /is 2n, not 2/],
  'says something else of one of many': ['1 // => 1\n2 // => 1\n3 // => 3', /is 2, not 1/],
  'never comes to what it says': ['try {\n  1\n} catch (error) {\n  error // => 3\n}', /made 0 of its 1 checks/],
  throws: ["throw new Error('no')", /Error: no/],
  'ends the process': ['process.exit(0)', /did not end/],
}

async function runIn(
  t: Test,
  written: Readonly<Record<string, string>>,
  env: NodeJS.ProcessEnv = {},
): Promise<readonly Outcome[]> {
  const directory = await mkdtemp(fileURLToPath(new URL('../.examples-', import.meta.url)))
  t.teardown(() => rm(directory, { recursive: true }))
  const programs = Object.entries(written).map(([name, example]) => [name, programOf(example)] as const)
  return runExamples(directory, new Map(programs), env)
}

t.test('runExamples() tells of each example whether it is true', async (t) => {
  const programs = Object.entries(examples).map(([name, [example]]) => [`${name}.ts`, example] as const)
  const outcomes = await runIn(t, Object.fromEntries(programs))
  const errors = new Map(outcomes.map(({ file, error }) => [basename(file, '.ts'), error]))
  t.equal(errors.size, programs.length)
  for (const [name, [, error]] of Object.entries(examples)) {
    if (error === undefined) t.equal(errors.get(name), undefined, name)
    else t.match(errors.get(name), error, name)
  }
})

const server = `import { createServer } from 'node:http'
const server = createServer().listen(0)\n`

t.test('runExamples() ends at once when an example fails with its server open, and tells why', async (t) => {
  const [outcome] = await runIn(t, { 'fails.ts': `${server}throw new Error('no')` })
  t.match(outcome, { error: /Error: no/ })
})

t.test('runExamples() tells of an example that never ends, and runs the next one', async (t) => {
  const programs = { 'waits.ts': `${server}await new Promise(() => {})`, 'next.ts': '1 // => 1' }
  const [first, second] = await runIn(t, programs, { EXAMPLE_LIMIT_MS: '2000' })
  t.match(first, { error: /did not end within 2000 ms/ })
  t.match(second, { file: /next\.ts$/, error: undefined })
})

t.test('runExamples() tells when an example leaves open what it opened', async (t) => {
  const [fine, left] = await runIn(t, { 'leaves.ts': server }, { EXAMPLE_LIMIT_MS: '2000' })
  t.equal(fine?.error, undefined)
  t.match(left, { error: /keeps their process: .*TCP/ })
})

t.test('programOf() refuses a value that stands behind nothing', async (t) => {
  t.throws(() => programOf('// => 3'), /stands behind no value/)
  t.throws(() => programOf('1 +'), /in\n1 \+/)
})
