// The reference for people, made of the description of the API: each operation and each schema under an anchor of its own.

import type { JsonSchema } from '../../runtime/job/json-schema.ts'
import type { Content, OpenApiDocument, Operation, Parameter } from '../openapi/document.ts'
import { type Html, html, prose } from './html.ts'
import { page } from './layout.ts'
import { schemaList } from './schema-list.ts'

const problemType = 'application/problem+json'

interface Described {
  readonly method: string
  readonly path: string
  readonly operation: Operation
}

export function referencePage({ info, tags, paths, components }: OpenApiDocument, prefix: string): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  )
  const groups = tags.map((tag) => ({ ...tag, operations: operations.filter((each) => tagOf(each) === tag.name) }))
  const content = html`
${info.description.split('\n\n').map((text) => html`<p>${prose(text)}</p>`)}
<nav>${groups.map(
    ({ name, description, operations }) => html`
<h2 id="${name}">${capital(name)}</h2>
<p>${description}.</p>
<ul>${operations.map(linkTo)}</ul>`,
  )}
<h2>Schemas</h2>
<p>${Object.keys(components.schemas ?? {}).map((name) => html`<a href="#${name}">${name}</a> `)}</p>
</nav>
${groups.flatMap(({ operations }) => operations.map((each) => operationSection(each, prefix)))}
<h2>Schemas</h2>
${Object.entries(components.schemas ?? {}).map(
  ([name, schema]) => html`<section id="${name}"><h3>${name}</h3>${schemaList(schema)}</section>`,
)}`
  return page('The HTTP API', prefix, content)
}

const tagOf = ({ operation }: Described): string | undefined => operation.tags[0]
const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`

const linkTo = ({ method, path, operation }: Described): Html => html`
<li><a href="#${operation.operationId}"><span class="method">${method}</span> ${path}</a> <span class="faint">${operation.summary}</span></li>`

function operationSection({ method, path, operation }: Described, prefix: string): Html {
  const { operationId, summary, description, security, parameters, requestBody, responses } = operation
  const scope = security.flatMap(Object.values<readonly string[]>).flat()[0]
  return html`
<section id="${operationId}">
<h3><a href="#${operationId}"><span class="method">${method}</span> ${prefix}${path}</a></h3>
<p>${prose(summary)}.${description === undefined ? '' : [' ', ...prose(description)]}</p>
<p class="faint">${scope === undefined ? 'Needs no token.' : html`Needs a token with the scope <code>${scope}</code>.`}</p>
${parameters.length === 0 ? '' : html`<h4>Parameters</h4><table>${parameters.map(parameterRow)}</table>`}
${requestBody === undefined ? '' : html`<h4>Body</h4>${contentList(requestBody.content)}`}
${replies(responses, prefix)}
</section>`
}

/** Problems come apart: any operation has some. */
function replies(responses: Operation['responses'], prefix: string): Html {
  const all = Object.entries(responses).map(([status, { description, content = {} }]) => {
    const { [problemType]: problem, ...own } = content
    return { status, description, own, problem, isProblemOnly: problem !== undefined && Object.keys(own).length === 0 }
  })
  return html`
<h4>Replies</h4>
<table>${all
    .filter(({ isProblemOnly }) => !isProblemOnly)
    .map(
      ({ status, description, own }) => html`
<tr><td><b>${status}</b></td><td>${prose(description)}${contentList(own)}</td></tr>`,
    )}</table>
<details><summary>Problems</summary>
<table>${all.flatMap(({ status, problem }) =>
    problem === undefined
      ? []
      : [
          html`
<tr><td><b>${status}</b></td><td>${codeLinks(problem.schema ?? {}, prefix)}</td></tr>`,
        ],
  )}</table></details>`
}

const parameterRow = ({ name, in: place, required, description, schema }: Parameter): Html => html`
<tr><td><code>${name}</code></td><td class="faint">${place}${required ? ', required' : ''}</td>
<td>${prose(capital(description))} ${schemaList(schema)}</td></tr>`

const contentList = (content: Content): readonly Html[] =>
  Object.entries(content).map(([type, { schema = {} }]) => html`<div><code>${type}</code> ${schemaList(schema)}</div>`)

/** The codes that a problem may have there. */
function codeLinks({ properties }: JsonSchema, prefix: string): readonly Html[] {
  const { code } = properties as { readonly code: CodeSchema }
  const alternatives = 'anyOf' in code ? code.anyOf : [code]
  return alternatives.flatMap((alternative) =>
    'enum' in alternative
      ? alternative.enum.map((name) => html`<a href="${prefix}/docs/errors#${name}">${name}</a> `)
      : [html`<code>${alternative.pattern.slice(1)}…</code> `],
  )
}

type Codes = { readonly enum: readonly string[] }
type CodeSchema = Codes | { readonly anyOf: readonly (Codes | { readonly pattern: string })[] }
