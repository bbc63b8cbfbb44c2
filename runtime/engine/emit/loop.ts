// Generated text to a function. The only place where Volley makes code from text; the text holds names and numbers of
// ours alone, everything else comes as parameters.

import { batchIsFull } from '../../../functions/column/output-buffer.ts'
import { ResourceError } from '../../../functions/errors.ts'
import { rowFailure } from '../../../functions/udf/failure.ts'
import type { PreparedBatch } from '../prepared-batch.ts'
import type { Emitter } from './emit.ts'

/**
 * A generated loop over rows `0 … n`.
 *
 * @param batch - Its prepared inputs are `x` in the text.
 * @param buffers - What the loop writes, `t` in the text.
 * @param positions - Selected rows, `s` in the text.
 */
export type LoopFunction = (
  n: number,
  batch: PreparedBatch,
  buffers: unknown,
  positions: Int32Array | undefined,
) => unknown

let made = 0

/** Compiles the body of a loop. `i` is the current row; errors are reported with it. */
export function compileLoop(emitter: Emitter, body: string): LoopFunction {
  const { udfs, parameters } = emitter
  const names = parameters.map((_, i) => `p${i}`)
  const guarded = `try {\n${body}\n} catch (e) { throw fail(e, u, b.rowOfPartition(i)); }`
  // The number keeps sources apart: functions of identical source share their type feedback.
  // In brackets, functions are compiled at once: what is too large for the compiler is found here, not in the first row.
  const source = `"use strict"; return (function loop${made++}(n, b, t, s) {\nconst x = b.inputs; let i = 0, u = -1, z = 0;\n${guarded}\n})`
  const fail = (thrown: unknown, udf: number, row: number): unknown => rowFailure(udfs[udf], thrown, row)
  return compiled(
    () => new Function('fail', 'full', ...names, source)(fail, batchIsFull, ...parameters) as LoopFunction,
  )
}

/** The engine's compiler calls itself for each nested part and has a stack of its own size. */
function compiled<Compiled>(compile: () => Compiled): Compiled {
  try {
    return compile()
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw new ResourceError('size_limit', 'Cannot compile the expressions: they are too large, split them over steps', {
      cause,
    })
  }
}

/**
 * Compiles a function of a source of its own, for loops that run over arrays of many kinds or call functions that differ.
 *
 * @param text - The function, as an expression.
 * @param values - What the text names.
 */
export function compileFunction<Compiled>(text: string, values: Readonly<Record<string, unknown>> = {}): Compiled {
  return new Function(...Object.keys(values), `"use strict"; return ${text} // ${made++}`)(
    ...Object.values(values),
  ) as Compiled
}
