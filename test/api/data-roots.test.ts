// Which files a job may name: those under the roots, links followed, and nothing about what lies outside.

import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'tap'
import type { VolleyError } from 'volley'
import { DataRoots } from '../../api/data-roots.ts'

const base = await mkdtemp(join(tmpdir(), 'volley-roots-'))
const [first, second, secret] = [join(base, 'first'), join(base, 'second'), join(base, 'secret')]
for (const directory of [join(first, 'sub'), second, secret]) await mkdir(directory, { recursive: true })
for (const file of ['first/a.csv', 'first/sub/b.csv', 'second/c.csv', 'secret/s.csv', 'first-s.csv']) {
  await writeFile(join(base, file), 'a\n1\n')
}
await symlink(join(secret, 's.csv'), join(first, 'file-link.csv'))
await symlink(secret, join(first, 'dir-link'))
await symlink(join(secret, 'nothing.csv'), join(first, 'broken-link.csv'))
await symlink(join(first, 'a.csv'), join(first, 'inner-link.csv'))
const roots = new DataRoots([first, second])

test('files() finds what is under a root', async (t) => {
  t.teardown(() => rm(base, { recursive: true }))
  t.strictSame(await roots.files(['a.csv']), [join(first, 'a.csv')])
  t.strictSame(await roots.files(['sub/../a.csv']), [join(first, 'a.csv')])
  t.strictSame(await roots.files([join(second, 'c.csv')]), [join(second, 'c.csv')])
  t.strictSame(await roots.files(['c.csv', 'sub/*.csv']), [join(second, 'c.csv'), join(first, 'sub/b.csv')])
  t.strictSame(await roots.files(['inner-link.csv']), [join(first, 'a.csv')])

  const outside = [
    '../secret/s.csv',
    '../secret/nothing.csv',
    '../first-s.csv',
    'sub/../../secret/s.csv',
    join(secret, 's.csv'),
    join(base, 'first-s.csv'),
    '/etc/passwd',
    '/etc/no-such-file',
    'file-link.csv',
    'dir-link/s.csv',
    'dir-link/nothing.csv',
    'dir-link/*.csv',
    'dir-link/no-*.csv',
    '{..,x}/secret/*.csv',
    '../*/*.csv',
    '*.csv/../../../secret/s.csv',
  ]
  for (const path of outside) {
    const error: VolleyError = await roots.files([path]).catch((thrown) => thrown)
    t.equal(error.code, 'source_forbidden', path)
  }
  for (const path of ['file-link.csv', 'dir-link/s.csv', 'dir-link/nothing.csv', 'dir-link/no-*.csv']) {
    await t.rejects(roots.files([path]), { message: /a link, or lies behind one, that leads out of the data roots/ })
  }
  for (const path of ['nothing.csv', 'no-*.csv', 'sub', '.', '.{.,x}/*/s.csv', '[.][.]/secret/*.csv']) {
    const error: VolleyError = await roots.files([path]).catch((thrown) => thrown)
    t.equal(error.code, 'source_not_found', path)
  }
})

test('without roots no file may be read', async (t) => {
  await t.rejects(new DataRoots([]).files(['a.csv']), { code: 'source_forbidden', message: /--data-root/ })
  t.throws(() => new DataRoots(['/no/such/root']), { code: 'invalid_argument' })
})
