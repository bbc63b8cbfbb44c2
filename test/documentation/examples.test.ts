// Examples that do not tell the truth are caught.

import { mkdtemp, rm } from 'node:fs/promises'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { programOf, runExamples } from './examples.ts'

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

t.test('runExamples() tells of each example whether it is true', async (t) => {
  const directory = await mkdtemp(fileURLToPath(new URL('../.examples-', import.meta.url)))
  t.teardown(() => rm(directory, { recursive: true }))
  const programs = Object.entries(examples).map(([name, [example]]) => [`${name}.ts`, programOf(example)] as const)
  const outcomes = await runExamples(directory, new Map(programs))
  const errors = new Map(outcomes.map(({ file, error }) => [basename(file, '.ts'), error]))
  t.equal(errors.size, programs.length)
  for (const [name, [, error]] of Object.entries(examples)) {
    if (error === undefined) t.equal(errors.get(name), undefined, name)
    else t.match(errors.get(name), error, name)
  }
})

t.test('programOf() refuses a value that stands behind nothing', async (t) => {
  t.throws(() => programOf('// => 3'), /stands behind no value/)
  t.throws(() => programOf('1 +'), /in\n1 \+/)
})
