// What all pages have in common. They need nothing from elsewhere and run no script; their policy says so to the browser.

import { createHash } from 'node:crypto'
import { version } from '../version.ts'
import { Html, html } from './html.ts'

const style = `
:root { color-scheme: light dark; --line: light-dark(#ddd, #444); --soft: light-dark(#f5f5f5, #222); --faint: light-dark(#666, #aaa); }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem 1.5rem 6rem; }
header, nav { border-bottom: 1px solid var(--line); padding-bottom: .5rem; }
header a, nav a { margin-right: 1rem; }
h2 { margin-top: 3rem; } h3 { margin-top: 2.5rem; font-size: 1.1rem; } h4 { margin-bottom: .25rem; }
a { color: light-dark(#0b57d0, #8ab4f8); text-decoration: none; } a:hover { text-decoration: underline; }
code, pre { font: .875em/1.5 ui-monospace, monospace; background: var(--soft); border-radius: 3px; }
code { padding: .1em .3em; } pre { padding: .75rem; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; } th { text-align: left; }
td, th { border-bottom: 1px solid var(--line); padding: .3rem .6rem .3rem 0; vertical-align: top; overflow-wrap: anywhere; }
ul { padding-left: 1.25rem; margin: .25rem 0; }
.method { font-weight: 700; display: inline-block; min-width: 4.5rem; } .faint { color: var(--faint); }
:target { scroll-margin-top: 1rem; outline: 2px solid var(--line); outline-offset: .5rem; }
`

/** For the headers of every page. */
export const contentSecurityPolicy = `default-src 'none'; img-src data:; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

/**
 * A whole page.
 *
 * @param prefix - What the routes of the API stand below.
 */
export function page(title: string, prefix: string, content: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${new Html(style)}</style>
</head>
<body>
<header>
<a href="${prefix}/"><b>Volley</b> ${version()}</a>
<a href="${prefix}/docs">Reference</a>
<a href="${prefix}/docs/errors">Errors</a>
<a href="${prefix}/openapi.json">OpenAPI</a>
</header>
<main>
<h1>${title}</h1>
${content}
</main>
</body>
</html>
`.text
}
