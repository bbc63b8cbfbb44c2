// What a browser gets at the root: what this is, and where to go on.

import { version } from '../version.ts'
import { html } from './html.ts'
import { page } from './layout.ts'

/** What a client that asks for JSON gets there. */
export interface Landing {
  readonly name: 'volley'
  readonly version: string
  readonly links: Readonly<Record<keyof typeof places, string>>
}

const places = {
  docs: ['/docs', 'the reference of the HTTP API'],
  errors: ['/docs/errors', 'what the codes of problems mean'],
  openapi: ['/openapi.json', 'the same for tools, as OpenAPI 3.1'],
  ready: ['/readyz', 'whether the server can take the next job'],
  metrics: ['/metrics', 'for Prometheus, with a token'],
  jobs: ['/v1/jobs', 'the jobs, with a token'],
} as const

export function landing(prefix: string): Landing {
  const links = Object.entries(places).map(([name, [path]]) => [name, `${prefix}${path}`])
  return { name: 'volley', version: version(), links: Object.fromEntries(links) as Landing['links'] }
}

export function landingPage(prefix: string): string {
  return page(
    'A job runner over columnar data',
    prefix,
    html`
<ul>${Object.values(places).map(([path, what]) => html`<li><a href="${prefix}${path}">${path}</a>: ${what}</li>`)}</ul>
<p>A first job:</p>
<pre>curl -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/sql' -H 'Accept: text/csv' \\
  -d 'select 1 as one' ${'$SERVER'}${prefix}/v1/jobs</pre>`,
  )
}
