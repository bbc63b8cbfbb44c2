// What each code of a problem means, under an anchor of its own: where the link of a problem leads.

import { statusOf } from '../errors.ts'
import { html, prose } from './html.ts'
import { page } from './layout.ts'
import { problemTexts } from './problem-texts.ts'

export function errorsPage(prefix: string): string {
  const rows = Object.entries(problemTexts).map(
    ([code, [meaning, wayOut]]) => html`
<tr id="${code}"><td><a href="#${code}">${code}</a></td><td>${statusOf(code)}</td>
<td>${prose(meaning)}</td><td>${prose(wayOut)}</td></tr>`,
  )
  return page(
    'Errors',
    prefix,
    html`
<p>The <code>code</code> of a problem document is stable: decide by it. The member <code>type</code> is
<code>urn:volley:error:</code> and the code.</p>
<table><tr><th>Code</th><th>Status</th><th>Meaning</th><th>Way out</th></tr>${rows}</table>
<p>Codes that begin with <code>closure_</code> (422) say that a function or a value cannot travel; the message names the path that leads to it.</p>`,
  )
}
