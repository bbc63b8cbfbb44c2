// A schema as nested lists: what a value is, and what its members are.

import type { JsonSchema } from '../../runtime/job/json-schema.ts'
import { type Html, html, prose } from './html.ts'

/** The keywords that pages show. */
interface Shown {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly items?: JsonSchema
  readonly additionalProperties?: JsonSchema | false
  readonly oneOf?: readonly JsonSchema[]
  readonly anyOf?: readonly JsonSchema[]
  readonly allOf?: readonly JsonSchema[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly minimum?: number
  readonly maximum?: number
  readonly examples?: readonly unknown[]
}

export function schemaList(schema: JsonSchema): Html {
  const shown = schema as Shown
  const { $ref, description, properties, items, additionalProperties, allOf, examples = [] } = shown
  if ($ref !== undefined) return linkTo($ref)
  const choices = (shown.oneOf ?? shown.anyOf ?? []).filter(saysSomething)
  return html`<span class="faint">${kindOf(shown)}</span> ${description === undefined ? '' : prose(description)}
${allOf?.map(schemaList)}
${items === undefined ? '' : html`<ul><li>each: ${schemaList(items)}</li></ul>`}
${additionalProperties ? html`<ul><li>each: ${schemaList(additionalProperties)}</li></ul>` : ''}
${choices.length === 0 ? '' : html`<ul>${choices.map((choice) => html`<li>${schemaList(choice)}</li>`)}</ul>`}
${properties === undefined ? '' : html`<ul>${Object.entries(properties).map((entry) => memberItem(entry, shown))}</ul>`}
${examples.map((example) => html`<pre>${typeof example === 'string' ? example : JSON.stringify(example, undefined, 2)}</pre>`)}`
}

const memberItem = ([name, schema]: readonly [string, JsonSchema], { required = [] }: Shown): Html =>
  html`<li><code>${name}</code>${required.includes(name) ? '' : html`<span class="faint">?</span>`} ${schemaList(schema)}</li>`

function linkTo(reference: string): Html {
  const name = reference.split('/').at(-1) ?? ''
  return html`<a href="#${name}">${name}</a>`
}

/** Choices that only say which members there must be are no choices for people. */
const saysSomething = (schema: JsonSchema): boolean =>
  ['$ref', 'type', 'enum', 'const', 'description'].some((keyword) => Object.hasOwn(schema, keyword))

function kindOf({ type, enum: values, const: value, minimum, maximum }: Shown): string {
  if (value !== undefined) return JSON.stringify(value)
  if (values !== undefined) return values.join(' | ')
  const names = [type ?? []].flat().join(' | ')
  if (minimum === undefined && maximum === undefined) return names
  return `${names} ${minimum ?? ''}…${maximum ?? ''}`
}
