// The table of codes, the reference page and the problem documents say the same.

import { readFile } from 'node:fs/promises'
import { test } from 'tap'
import { DataError, UdfError } from 'volley'
import { HttpError, problemOf, publicError, statuses, statusOf } from '../../api/errors.ts'

test('docs/reference/errors.md has every code with its status', async (t) => {
  const page = await readFile(new URL('../../docs/reference/errors.md', import.meta.url), 'utf8')
  const rows = [...page.matchAll(/^\| <a id="(\w+)"><\/a>`(\w+)` *\|.*?\|.*?\| *(\d+) *\|/gm)]
  const documented = new Map(rows.map(([, anchor, code, status]) => [code, { anchor, status: Number(status) }]))
  for (const code of Object.keys(statuses)) {
    t.strictSame(documented.get(code), { anchor: code, status: statusOf(code) }, code)
  }
  for (const [code, { status }] of documented) t.equal(statusOf(code ?? ''), status, code ?? '')
})

test('problemOf() describes what was thrown', async (t) => {
  t.strictSame(problemOf(new DataError('invalid_cast', 'Cannot cast', { details: { row: 1 } }), 'job-1'), {
    type: 'urn:volley:error:invalid_cast',
    title: 'Invalid cast',
    status: 422,
    detail: 'Cannot cast',
    code: 'invalid_cast',
    details: { row: 1 },
    jobId: 'job-1',
  })
  t.match(problemOf(new HttpError('not_found', 'Cannot find it')), { status: 404, code: 'not_found' })
  t.match(problemOf(Object.assign(new Error('too large'), { statusCode: 413 })), { status: 413, code: 'size_limit' })
  t.match(problemOf(new Error('a secret')), { status: 500, code: 'internal', detail: /^((?!secret).)*$/ })
  t.match(problemOf('a secret'), { status: 500, detail: /^((?!secret).)*$/ })
  t.equal(statusOf('no_such_code'), 500)
})

test('publicError() keeps stacks of user functions only, and hides where the data is', async (t) => {
  const hide = (text: string): string => text.replaceAll('/data/', '')
  const details = { path: '/data/a.csv', workerStack: 'Error: …' }
  t.match(publicError(new DataError('source_unreadable', 'Cannot read "/data/a.csv"', { details }), hide), {
    message: 'Cannot read "a.csv"',
    details: { path: 'a.csv', workerStack: undefined },
  })
  t.match(publicError(new UdfError('udf_failed', 'It threw', { details }), hide), {
    details: { workerStack: 'Error: …' },
  })
})
