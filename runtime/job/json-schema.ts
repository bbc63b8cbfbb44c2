// What parts of a job document look like, as JSON Schema (2020-12), for people and tools. The parsers beside them say more
// precisely what is wrong; a test holds that both accept the same.

export type JsonSchema = Readonly<Record<string, unknown>>

/** A text, described. */
export const text = (description: string): JsonSchema => ({ type: 'string', description })

/** A whole number within bounds. */
export const whole = (description: string, minimum: number, maximum?: number): JsonSchema => ({
  type: 'integer',
  description,
  minimum,
  ...(maximum === undefined ? {} : { maximum }),
})

/** An object of these members and no others. */
export const record = (
  description: string,
  properties: Readonly<Record<string, JsonSchema>>,
  required: readonly string[] = [],
): JsonSchema => ({ type: 'object', description, additionalProperties: false, required, properties })

/** An object of exactly one of some members. */
export const oneMemberOf = (description: string, properties: Readonly<Record<string, JsonSchema>>): JsonSchema => ({
  ...record(description, properties),
  minProperties: 1,
  maxProperties: 1,
})

/** Bytes in JSON. */
export const base64 = (description: string): JsonSchema => ({
  type: 'string',
  contentEncoding: 'base64',
  pattern: '^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}(==|[A-Za-z0-9+/]=))?$',
  description,
})

/** An expression, wherever one stands. */
export const expressionSchema: JsonSchema = {
  description: 'An expression: SQL text, or the bytes of one that was built in TypeScript',
  oneOf: [
    { type: 'string', examples: ['delay / 60.0 as hours'] },
    record('An expression as bytes', { bytes: base64('The base64 of `Expr.toBytes()`') }, ['bytes']),
  ],
}

export const expressionsSchema: JsonSchema = { type: 'array', items: expressionSchema }
