/**
 * The built-in functions, as builders of expressions and as data. What each of them does, with examples, is in
 * docs/reference/functions.md.
 *
 * @module Functions
 */

export { catalogue, type FunctionBuilder, functions } from '../../runtime/index.ts'
