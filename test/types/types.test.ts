// What compiles, and what must not: right/ holds uses that are right, wrong/ lines that are not, each with what is wrong.
// The compiler complains of an expectation that is none, so a line that begins to compile fails here.

import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'

t.setTimeout(300_000)

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

t.test('right uses compile, and each wrong one is refused', async (t) => {
  const compiler = here('../../node_modules/typescript/lib/tsc.js')
  const compiled = promisify(execFile)(process.execPath, [compiler, '--pretty', 'false', '-p', here('.')])
  const { stdout, stderr } = await compiled.catch((failed: Readonly<Record<'stdout' | 'stderr', string>>) => failed)
  t.equal(stdout + stderr, '')
})

t.test('every expectation of a wrong use says what is wrong', async (t) => {
  for (const name of await readdir(here('wrong'))) {
    const text = await readFile(here(`wrong/${name}`), 'utf8')
    const expectations = text.match(/@ts-expect-error.*/g) ?? []
    t.ok(expectations.length > 5, `${name} has ${expectations.length} of them`)
    t.strictSame(
      expectations.filter((line) => !/^@ts-expect-error: \w/.test(line)),
      [],
    )
  }
})
