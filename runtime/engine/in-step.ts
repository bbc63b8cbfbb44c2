// Where in a job the data did not allow an answer. What computes knows the value and the row; which step it computes for
// is known to the operators alone.

import { withArticle } from '../../functions/article.ts'
import { createError, isVolleyError } from '../../functions/errors.ts'

/** Steps as messages call them. */
export type StepName = 'filter' | 'computed column' | 'aggregation' | 'sort key' | 'window'

/** Runs `compute`; an error of the data is told which step it arose in, and its row where it has one. */
export function inStep<Result>(step: StepName, compute: () => Result): Result {
  try {
    return compute()
  } catch (error) {
    if (!isVolleyError(error) || error.category !== 'data' || 'step' in error.details) throw error
    const { row } = error.details
    const where = row === undefined ? withArticle(step) : `${withArticle(step)}, row ${row}`
    throw createError(error.code, `${error.message} (in ${where})`, {
      details: { ...error.details, step },
      cause: error,
    })
  }
}
