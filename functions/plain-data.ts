// Plain data, and what becomes of other values that are told of in it.

/** Plain data that survives JSON, so an error keeps its details from a worker to an HTTP client. */
export type PlainData = null | boolean | number | string | readonly PlainData[] | { readonly [key: string]: PlainData }

/** How much may still be told. */
export interface PlainBudget {
  characters: number
}

const maxDepth = 4
const maxEntries = 100
const maxText = 4000

/**
 * A value as plain data, as much of it as the budget allows: bigints and Dates as texts, objects by their own fields.
 * Never throws: what cannot be looked at is left out.
 *
 * @returns undefined for what plain data cannot tell of, such as functions.
 */
export function toPlainData(value: unknown, budget: PlainBudget, depth = 0): PlainData | undefined {
  if (budget.characters <= 0) return undefined
  budget.characters -= 8
  switch (typeof value) {
    case 'boolean':
      return value
    case 'number':
      return Number.isFinite(value) ? value : String(value)
    case 'bigint':
    case 'string':
      return textOf(String(value), budget)
    case 'object':
      return value === null ? null : guarded(() => plainObject(value, budget, depth))
    default:
      return undefined
  }
}

/** The names of an object's own fields; none when it does not tell. */
export const fieldNames = (value: object): readonly string[] =>
  guarded(() => Object.keys(value).slice(0, maxEntries)) ?? []

/** A field of an object, whose getter may throw. */
export const fieldOf = (value: object, name: string | number): unknown => guarded(() => Reflect.get(value, name))

function plainObject(value: object, budget: PlainBudget, depth: number): PlainData | undefined {
  if (value instanceof Date) return textOf(Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString(), budget)
  if (depth >= maxDepth || ArrayBuffer.isView(value)) return undefined
  if (Array.isArray(value)) {
    return value.slice(0, maxEntries).map((item: unknown) => toPlainData(item, budget, depth + 1) ?? null)
  }
  const fields = fieldNames(value).map((name) => [name, toPlainData(fieldOf(value, name), budget, depth + 1)] as const)
  // An error's message is no field that is listed.
  const message = value instanceof Error ? [['message', textOf(String(value.message), budget)] as const] : []
  return Object.fromEntries(
    [...message, ...fields].filter((entry): entry is [string, PlainData] => entry[1] !== undefined),
  )
}

function textOf(text: string, budget: PlainBudget): string {
  const length = Math.min(maxText, Math.max(0, budget.characters))
  budget.characters -= Math.min(text.length, length)
  return text.length <= length ? text : `${text.slice(0, length)}…`
}

function guarded<Result>(look: () => Result): Result | undefined {
  try {
    return look()
  } catch {
    return undefined
  }
}
