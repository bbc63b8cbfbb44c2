// Why a closure cannot travel: every code with its one-line explanation, and the one way a refusal is worded.
// The documentation is generated from these tables. Nothing here inspects a value.

import { ShippingError, WireError } from '../../../functions/errors.ts'

/** Every refusal at sending time, and every failure of a well-formed closure to come alive in a worker. */
export const closureCodes = {
  closure_this: 'An arrow function uses the `this` of the function or module around it.',
  closure_arguments: 'An arrow function uses the `arguments` of the function around it.',
  closure_new_target: 'An arrow function uses the `new.target` of the function around it.',
  closure_super: 'A method that uses `super` was taken out of its class or object.',
  closure_private_name: 'A method or function uses a #private name of a class around it.',
  closure_private_state: 'An instance has #private state, which nothing outside its class can read or rebuild.',
  closure_eval: 'The function calls `eval` directly, so its free names cannot be known.',
  closure_with: 'The function has a `with` statement, so its free names cannot be known.',
  closure_import_meta: 'The function uses `import.meta`, which belongs to its module.',
  closure_bound: 'A bound function hides both its target and its arguments.',
  closure_native: 'A native function cannot be reached from a global or from a node: module.',
  closure_require: 'The function captures `require`, which belongs to its module.',
  closure_module_object: 'The function captures `module` or `exports` of its CommonJS module.',
  closure_by_reference: 'A function, class or namespace of a package is not reachable by an import.',
  closure_tdz: 'A captured variable has no value yet: its declaration has not run.',
  closure_user_global: 'A captured name is a global variable that was added or replaced at run time.',
  closure_unresolved: 'A free name is not captured, imported or global.',
  closure_shared_mutable: 'A captured variable is assigned by one shipped function and used by another.',
  closure_computed_key: 'A class computes a member name from a function that travels with it.',
  closure_relative_import: 'The function imports a relative path, but the file that defines it is not known.',
  closure_unserializable: 'A value that was captured, or is to be written as bytes or JSON, lives in one process only.',
  closure_too_deep: 'A value nests deeper than the codec can follow.',
  closure_inlining_off: 'The sender context lets functions travel by name only.',
  closure_too_large: 'What would travel is larger than the limit.',
  closure_no_inspector: 'Automatic capture needs node:inspector, which is not available.',
  closure_syntax: 'The source text of the function cannot be parsed or compiled.',
  closure_missing_export: 'A module of the worker does not have the export that the function imported.',
  closure_missing_module: 'A module that the function imported cannot be loaded in the worker.',
  closure_missing_global: 'A global that the function captured does not exist in the worker.',
  closure_missing_type: 'The worker does not know a shipped type that the sender used.',
} as const satisfies Record<`closure_${string}`, string>

export type ClosureCode = keyof typeof closureCodes

/** Why received bytes are not an acceptable closure. */
export const closureWireCodes = {
  wire_closure_truncated: 'The payload is shorter or longer than its header says.',
  wire_closure_magic: 'The payload is not a closure.',
  wire_closure_version: 'The payload was written by an incompatible version.',
  wire_closure_digest: 'The payload was changed on its way.',
  wire_closure_malformed: 'The content of the payload contradicts itself.',
} as const satisfies Record<`wire_${string}`, string>

export type ClosureWireCode = keyof typeof closureWireCodes

/** What is being shipped, as messages call it: `function "scale"`. */
export interface Subject {
  readonly kind: 'function' | 'class' | 'value'
  readonly name: string
}

/**
 * Refuses to ship.
 *
 * @param path - the captured names that lead to the culprit; empty when it is the shipped value itself.
 * @param complaint - the predicate of the message, with the way out: `is a Socket, which lives in this process only`.
 */
export function refuse(
  code: ClosureCode,
  subject: Subject,
  path: readonly string[],
  complaint: string,
  cause?: unknown,
): never {
  const culprit = path.length === 0 ? 'it' : `captured ${formatPath(path)}`
  throw new ShippingError(code, `Cannot ship ${subject.kind} "${subject.name}": ${culprit} ${complaint}`, {
    details: { path: [...path], name: subject.name },
    ...(cause === undefined ? {} : { cause }),
  })
}

/** `"pool" -> "socket"`. */
export function formatPath(path: readonly string[]): string {
  return path.map((step) => (step.startsWith('… ') ? step : `"${step}"`)).join(' -> ')
}

export function malformed(reason: string, cause?: unknown): WireError {
  return new WireError(
    'wire_closure_malformed',
    `Cannot revive a closure: ${reason}`,
    cause === undefined ? {} : { cause },
  )
}
