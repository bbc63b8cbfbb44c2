// The pages that a server has of itself: for browsers, from nowhere else, without a script, and their links lead somewhere.

import { readFile } from 'node:fs/promises'
import { test } from 'tap'
import { SessionContext } from 'volley'
import { buildServer, type ServerOptions } from 'volley/api'
import { statuses } from '../../../api/errors.ts'
import { problemTexts } from '../../../api/pages/problem-texts.ts'
import { problemTextsModule } from '../../../docs/problem-texts.ts'

const pages = ['/', '/docs', '/docs/errors']

function build(options: ServerOptions = {}) {
  const session = new SessionContext({ backend: 'in-process', log: 'ignore' })
  return buildServer({ tokens: ['a-token-for-tests'], session, ...options })
}

test('pages need nothing from elsewhere, and their links lead somewhere', { timeout: 120_000 }, async (t) => {
  await using app = build()
  const texts = new Map<string, string>()
  for (const url of pages) {
    const { statusCode, headers, body } = await app.inject({ url, headers: { accept: 'text/html' } })
    t.equal(statusCode, 200)
    t.equal(headers['content-type'], 'text/html; charset=utf-8')
    t.match(headers['content-security-policy'], /^default-src 'none'; .*style-src 'sha256-[^']+';/)
    t.notMatch(body, /<script|https?:\/\/|undefined|\[object/)
    texts.set(url, body)
  }
  for (const [url, text] of texts) {
    for (const [, href = ''] of text.matchAll(/href="([^"]+)"/g)) {
      const { pathname, hash } = new URL(href, `http://localhost${url}`)
      if (href === 'data:,') continue
      t.not((await app.inject({ url: pathname })).statusCode, 404, href)
      if (hash !== '') t.match(texts.get(pathname), `id="${hash.slice(1)}"`, href)
    }
  }
})

test('what is put into a page is escaped', async (t) => {
  const { html, prose } = await import('../../../api/pages/html.ts')
  const mark = '<b a="1" b=\'2\'>&'
  t.equal(
    html`<p>${mark}${[html`<br>`, 1, undefined]}</p>`.text,
    '<p>&#60;b a=&#34;1&#34; b=&#39;2&#39;&#62;&#38;<br>1</p>',
  )
  t.equal(html`${prose('a `<b>` c')}`.text, 'a <code>&#60;b&#62;</code> c')
})

test('the root tells programs the version and where to go on', { timeout: 120_000 }, async (t) => {
  await using app = build()
  const { version } = JSON.parse(await readFile(new URL('../../../package.json', import.meta.url), 'utf8'))
  t.match((await app.inject({ url: '/' })).json(), { name: 'volley', version, links: { openapi: '/openapi.json' } })
})

test('a problem links to what its code means', { timeout: 120_000 }, async (t) => {
  await using app = build()
  const { headers } = await app.inject({ url: '/v1/jobs' })
  t.equal(headers.link, '</docs/errors#unauthorized>; rel="help"')
  t.match((await app.inject({ url: '/docs/errors' })).body, 'id="unauthorized"')
})

test('pages can be made private', { timeout: 120_000 }, async (t) => {
  await using app = build({ privatePages: true })
  for (const url of [...pages, '/openapi.json']) {
    t.equal((await app.inject({ url })).statusCode, 401)
    t.equal((await app.inject({ url, headers: { authorization: 'Bearer a-token-for-tests' } })).statusCode, 200)
  }
})

test('every code is explained as docs/reference/errors.md does', async (t) => {
  for (const code of Object.keys(statuses)) t.ok(problemTexts[code], code)
  const root = new URL('../../../', import.meta.url)
  const written = await readFile(new URL('api/pages/problem-texts.ts', root), 'utf8')
  t.equal(written, problemTextsModule(await readFile(new URL('docs/reference/errors.md', root), 'utf8')))
})
