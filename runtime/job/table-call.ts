// Calls of table functions, from whichever surface: who is called is looked up, arguments become constants, and the call
// becomes a job's source.

import { Binder } from '../../functions/bind/binder.ts'
import { catalogue } from '../../functions/catalogue/catalogue.ts'
import type { CodecContext } from '../../functions/contract/codec-context.ts'
import type { TableUdf } from '../../functions/contract/udf.ts'
import { PlanError } from '../../functions/errors.ts'
import { displayNode } from '../../functions/expr/display.ts'
import type { ExprNode } from '../../functions/expr/node.ts'
import { didYouMean } from '../../functions/nearest.ts'
import { checkArguments } from '../../functions/udf/resolve.ts'
import type { FunctionSpec, SeriesSpec } from '../source/source.ts'
import { type ConstantOf, seriesNames, seriesSource } from './series-call.ts'

/** The table functions that a name may stand for. */
export interface TableFunctions {
  find(name: string): TableUdf | undefined
  names(): Iterable<string>
  /** What to do about one that there is not, in the words of the surface. */
  readonly advice: string
}

/** Those of several contexts, the first one that has it. */
export function tableFunctionsOf(
  contexts: readonly Pick<CodecContext, 'findUdf' | 'udfNames'>[],
  advice: string,
): TableFunctions {
  const find = (name: string): TableUdf | undefined => {
    for (const context of contexts) {
      const udf = context.findUdf('table', name)
      if (udf?.family === 'table') return udf
    }
    return undefined
  }
  const names = (): string[] => contexts.flatMap((context) => [...context.udfNames()]).filter((name) => find(name))
  return { find, names, advice }
}

/**
 * The source that a call in FROM reads. A function that was registered goes before a built-in of its name.
 *
 * @throws {PlanError} `unknown_function` with the nearest name, and what `tableSource` throws.
 */
export function namedTableSource(
  name: string,
  args: readonly ExprNode[],
  known: TableFunctions,
): FunctionSpec | SeriesSpec {
  const udf = known.find(name) ?? known.find(name.toLowerCase())
  if (udf !== undefined) return tableSource(udf, args)
  const series = seriesSource(name.toLowerCase(), args, constantsFor(name))
  if (series !== undefined) return series
  const hint = didYouMean(name, [...known.names(), ...seriesNames()], known.advice)
  throw new PlanError('unknown_function', `Table function "${name}" is not known. ${hint}`, {
    details: { function: name },
  })
}

/**
 * A call of a table function as a source.
 *
 * @throws {PlanError} `type_mismatch` for a wrong number of arguments, a type that does not fit, or what is no constant.
 */
export function tableSource(udf: TableUdf, args: readonly ExprNode[]): FunctionSpec {
  const constantOf = constantsFor(udf.name)
  checkArguments(
    udf,
    args.map((node) => constantOf(node)),
  )
  return { kind: 'function', udf, args: args.map((node, i) => constantOf(node, udf.inputs[i]).value) }
}

/** Reads the arguments of a table function. */
function constantsFor(name: string): ConstantOf {
  const binder = new Binder([], catalogue)
  return (node, type) => {
    const bound = binder.bind(type === undefined ? node : { kind: 'cast', input: node, to: type, safe: false })
    if (bound.kind === 'constant') return bound
    throw new PlanError(
      'type_mismatch',
      `Table function "${name}" takes constants, ${displayNode(node)} is none that is known before the job runs`,
      { details: { function: name } },
    )
  }
}
