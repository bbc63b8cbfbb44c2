// What patterns of files mean, and that none of them costs more than its length: they come from strangers.

import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { t as all, test } from 'tap'
import { glob } from '../../../runtime/source/glob.ts'

const root = await mkdtemp(join(tmpdir(), 'volley-glob-'))
const long = `${'a'.repeat(200)}.csv`
const files = ['a.csv', 'b.csv', 'ab.tsv', '.hidden.csv', 'x*y.csv', long, 'sub/c.csv', 'sub/deep/d.csv', '[old]/e.csv']
for (const file of files) {
  await mkdir(dirname(join(root, file)), { recursive: true })
  await writeFile(join(root, file), '')
}
await symlink(join(root, 'sub'), join(root, 'link'))
all.teardown(() => rm(root, { recursive: true }))

const matches = async (pattern: string, directory = root): Promise<readonly string[]> => {
  const found: string[] = []
  for await (const path of glob(directory, pattern)) found.push(relative(directory, path))
  return found.filter((path) => path !== long).sort()
}

const cases: readonly [pattern: string, found: readonly string[]][] = [
  ['*.csv', ['a.csv', 'b.csv', 'x*y.csv']],
  ['.*.csv', ['.hidden.csv']],
  ['?.csv', ['a.csv', 'b.csv']],
  ['[ab].csv', ['a.csv', 'b.csv']],
  ['[!a].csv', ['b.csv']],
  ['[^a].csv', ['b.csv']],
  ['[b-z].csv', ['b.csv']],
  ['[z-b].csv', []],
  ['[a', []],
  ['x\\*y.*', ['x*y.csv']],
  ['x[*]y.*', ['x*y.csv']],
  ['a*', ['a.csv', 'ab.tsv']],
  ['*a*b*.*v', ['ab.tsv']],
  ['{a,b}.csv', ['a.csv', 'b.csv']],
  ['{a,{ab,sub/c}}.*', ['a.csv', 'ab.tsv', 'sub/c.csv']],
  ['{a..c}.csv', ['a.csv', 'b.csv']],
  ['{a,a,?}.csv', ['a.csv', 'b.csv']],
  ['*/c.csv', ['link/c.csv', 'sub/c.csv']],
  ['**/*.csv', ['[old]/e.csv', 'a.csv', 'b.csv', 'sub/c.csv', 'sub/deep/d.csv', 'x*y.csv']],
  ['**/**/d.*', ['sub/deep/d.csv']],
  ['sub/**', ['sub/c.csv', 'sub/deep/d.csv']],
  ['[old]/*', ['[old]/e.csv']],
  ['+(a|b).csv', []],
  ['{..,x}/*', []],
  ['.{.,x}/*', []],
  ['[.][.]/*', []],
  ['a.csv/*', []],
]

test('glob() finds what the shell finds', async (t) => {
  for (const [pattern, found] of cases) t.strictSame(await matches(pattern), found, pattern)
})

test('glob() takes directories whose names look like patterns as they are', async (t) => {
  t.strictSame(await matches('*', join(root, '[old]')), ['e.csv'])
})

test('glob() refuses patterns that stand for too many', async (t) => {
  const refused = ['{a,b}'.repeat(12), '{1..1000000000}', '*'.repeat(1025)]
  for (const pattern of refused) {
    await t.rejects(matches(pattern), { code: 'invalid_argument' }, pattern.slice(0, 20))
  }
  await t.rejects(matches('{a,b}'.repeat(200)), {
    message: `Cannot look for files by "${'{a,b}'.repeat(16)}…": its braces stand for more than 256 patterns, name fewer at a time`,
  })
})

test('glob() needs no more time for patterns of many stars', async (t) => {
  const before = process.threadCpuUsage()
  for (const pattern of [`${'*a'.repeat(100)}z`, `${'*?'.repeat(100)}z`, '+(a|aa|*)'.repeat(12), '**/'.repeat(300)]) {
    await matches(pattern)
  }
  const { user } = process.threadCpuUsage(before)
  t.ok(user < 1_000_000, `${user} µs`)
})
