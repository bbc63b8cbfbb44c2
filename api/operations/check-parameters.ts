// Parameters of requests against what their routes declare of them. Ajv would say "must match pattern"; this says what to
// send instead, and means the same in whatever application the routes are registered.

import { didYouMean } from '../../functions/nearest.ts'
import { HttpError } from '../errors.ts'

/** What a route may declare of a parameter; texts unless they are said to be whole numbers. */
export interface ParameterSchema {
  readonly type: 'string' | 'integer'
  readonly description: string
  readonly enum?: readonly string[]
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly format?: 'date-time'
  readonly examples?: readonly string[]
}

/** The parameters in one part of a request. */
export interface ParametersSchema {
  readonly type: 'object'
  /** `false`: no others. */
  readonly additionalProperties?: false
  readonly properties: Readonly<Record<string, ParameterSchema>>
}

/** What is shown of names and values. */
const MAX_SHOWN = 100

type Check = (data: Readonly<Record<string, unknown>>) => { readonly error?: HttpError }

/** Fastify's `validatorCompiler`: bodies pass, as their parsers check them. */
export function compileCheck({ schema, httpPart }: { schema: unknown; httpPart?: string | undefined }): Check {
  if (httpPart === 'body') return () => ({})
  const { properties, additionalProperties } = schema as ParametersSchema
  const names = Object.keys(properties)
  return (data) => {
    const unknown = additionalProperties === false ? Object.keys(data).find((name) => !names.includes(name)) : undefined
    if (unknown !== undefined) {
      const hint = didYouMean(unknown, names, `There are ${names.join(', ')}`)
      return { error: wrong(unknown.slice(0, MAX_SHOWN), `it is not known here. ${hint}`) }
    }
    for (const [name, parameter] of Object.entries(properties)) {
      const value = data[httpPart === 'headers' ? name.toLowerCase() : name]
      const wanted = value === undefined ? undefined : wantedInstead(value, parameter)
      if (wanted === undefined) continue
      return { error: wrong(name, `it is ${JSON.stringify(value).slice(0, MAX_SHOWN)}, ${wanted} is wanted`) }
    }
    return {}
  }
}

const wrong = (name: string, why: string): HttpError =>
  new HttpError('bad_request', `Cannot use the parameter "${name}": ${why}`, { details: { parameter: name } })

/** What a parameter takes instead of a value; undefined when it takes the value. */
function wantedInstead(value: unknown, schema: ParameterSchema): string | undefined {
  if (typeof value !== 'string') return 'one value'
  const { minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER, minLength = 0, maxLength } = schema
  if (schema.type === 'integer') {
    const isIn = /^-?\d{1,15}$/.test(value) && Number(value) >= minimum && Number(value) <= maximum
    return isIn ? undefined : `a whole number from ${minimum} to ${maximum}`
  }
  if (schema.enum !== undefined) return schema.enum.includes(value) ? undefined : `one of ${schema.enum.join(', ')}`
  if (schema.format === 'date-time') return isTime(value) ? undefined : 'a time such as 2026-01-31T12:00:00Z'
  if (value.length < minLength || value.length > (maxLength ?? value.length)) {
    return `a text of ${minLength} to ${maxLength} characters`
  }
  if (schema.pattern === undefined || new RegExp(schema.pattern).test(value)) return undefined
  return schema.description
}

/** As RFC 3339 has it. */
const isTime = (text: string): boolean =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i.test(text) && !Number.isNaN(Date.parse(text))
