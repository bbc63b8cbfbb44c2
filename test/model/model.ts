// The tests of datafusion-python that hold this feature, by name: `tests.txt` lists them. Each is answered by a test of that
// name here, by an example that names its file, or by a line of docs/reference/deviations.md.

import { readFileSync } from 'node:fs'
import { type Test, test } from 'tap'

const listed = readFileSync(new URL('tests.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))

const deviations = readFileSync(new URL('../../docs/reference/deviations.md', import.meta.url), 'utf8')

/** What pytest calls a test within its file: `TestErrorPaths::test_from_bytes_rejects_empty`. */
type TestName = string

/** The names that the model has in one of its files. */
export function namesIn(file: string): readonly TestName[] {
  const names = listed.filter((line) => line.startsWith(`${file}::`)).map((line) => line.slice(file.length + 2))
  if (names.length === 0) throw new Error(`tests.txt names no test of ${file}`)
  return names
}

/** Files of the model that are listed as a whole. */
export const listedExamples = listed.filter((line) => !line.includes('::'))

/** Whether a line of deviations.md stands for a test. */
export const deviates = (name: TestName): boolean => deviations.includes(`\`${name}\``)

/** How the tests of one of the model's files are written here. */
export interface ModelFile {
  /**
   * A test of the model, under its name.
   *
   * @param name - As pytest prints it; a parameter in brackets may be one of ours, where the model has other parameters.
   * @param work - What it does; no slot has a context when it begins.
   */
  test(name: TestName, work: (t: Test) => void | Promise<void>): void
  /** The last test of a file: nothing that the model tests was left out. */
  nothingIsLeftOut(): void
}

/** Opens one of the model's files. */
export function modelFile(file: string): ModelFile {
  const names = namesIn(file)
  const written = new Set<TestName>()
  const withoutParameter = (name: TestName): string => name.replace(/\[.*\]$/, '')
  return {
    test(name, work) {
      if (!names.some((of) => withoutParameter(of) === withoutParameter(name)))
        throw new Error(`${file} has no test ${name}`)
      if (written.has(name)) throw new Error(`${name} is written twice`)
      written.add(name)
      test(name, { timeout: 120_000 }, async (t) => work(t))
    },
    nothingIsLeftOut() {
      test(`every test of ${file} is here or in deviations.md`, { timeout: 60_000 }, async (t) => {
        t.strictSame(
          names.filter((name) => !written.has(name) && !deviates(name)),
          [],
        )
      })
    },
  }
}
