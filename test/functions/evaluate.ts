// Expressions without columns, for tables of SQL and what it gives.

import { Binder } from '../../functions/bind/binder.ts'
import { formatter } from '../../functions/cast/format.ts'
import { catalogue } from '../../functions/catalogue/catalogue.ts'
import { builtInNames } from '../../functions/catalogue/function-names.ts'
import { parseExpr } from '../../functions/sql/parse.ts'
import { displayType } from '../../functions/types/type.ts'
import type { Value } from '../../functions/types/value.ts'
import { interpret } from '../runtime/engine/interpret.ts'

/** SQL, the type of its value in Arrow's words, and the value as text; null for null. */
export type Row = readonly [sql: string, type: string, text: string | null]

/** What an expression gives, as a row of such a table. */
export function evaluate(sql: string): Row {
  const bound = new Binder([], catalogue).bind(parseExpr(sql, { functions: builtInNames, columns: [] }))
  const value = interpret(bound, { length: 1, columns: [] }, 0)
  const write = formatter(bound.type) as ((value: Value) => string) | undefined
  return [sql, displayType(bound.type), value === null ? null : (write?.(value) ?? String(value))]
}

/** The code that an expression fails with, when it is read, bound or computed. */
export function failure(sql: string): string {
  try {
    return `no error but ${evaluate(sql).join(' ')}`
  } catch (error) {
    return (error as { code: string }).code
  }
}
