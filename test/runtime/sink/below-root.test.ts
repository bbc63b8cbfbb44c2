// A sink that is bound to a directory: no link that is made after the path was looked at leads its files out of it.

import { mkdir, mkdtemp, readdir, realpath, rename, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'tap'
import { field, int64 } from 'volley'
import { Output } from '../../../runtime/sink/output.ts'

test('a directory that becomes a link is seen when writing begins, and when files get their names', async (t) => {
  const base = await realpath(await mkdtemp(join(tmpdir(), 'volley-below-')))
  t.teardown(() => rm(base, { recursive: true }))
  const [root, secret] = [join(base, 'root'), join(base, 'secret')]
  const [place, away] = [join(root, 'place'), join(base, 'away')]
  for (const directory of [root, secret, place]) await mkdir(directory)
  const spec = { kind: 'csv', path: join(place, 'a.csv'), root } as const
  const schema = [field('a', int64)]
  const [first, second] = [await Output.to(spec, schema), await Output.to(spec, schema)]
  await second.begin()
  await rename(place, away)
  await symlink(secret, place)
  const forbidden = { code: 'output_forbidden', details: { path: spec.path } }
  await t.rejects(Output.to(spec, schema), forbidden)
  await t.rejects(first.begin(), forbidden)
  await t.rejects(second.commit([]), forbidden)
  t.strictSame(await readdir(secret), [])
})
