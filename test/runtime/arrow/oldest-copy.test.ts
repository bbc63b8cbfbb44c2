// The oldest apache-arrow of the peer range as the only one: a project that has it installed gets its objects.

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'

const program = fileURLToPath(new URL('fixtures/with-version-18.mjs', import.meta.url))

t.test('jobs run with version 18 of apache-arrow', { timeout: 240_000 }, async (t) => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', program])
  const rows = [
    { n: 2, s: 'b!', t: '2024-01-01T00:00:00.000000000', d: '1970-01-01T00:00:00.000', l: [2] },
    { n: 3, s: 'a!', t: '2024-01-01T00:00:00.000000000', d: '1970-01-01T00:00:00.000', l: [3] },
  ]
  t.strictSame(JSON.parse(stdout), {
    isOwn: true,
    written: 2,
    file: 2,
    batches: [2],
    rows,
    grouped: [
      { s: 'a', n: 4 },
      { s: 'b', n: 2 },
    ],
    evaluated: [2, 4, 6],
  })
})
