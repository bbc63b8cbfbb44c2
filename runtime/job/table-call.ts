// Calls of table functions, from whichever surface: who is called is looked up, arguments become constants, and the call
// becomes a job's source.

import { Binder } from '../../functions/bind/binder.ts'
import type { Bound } from '../../functions/bind/bound.ts'
import { catalogue } from '../../functions/catalogue/catalogue.ts'
import type { CodecContext } from '../../functions/contract/codec-context.ts'
import type { TableUdf } from '../../functions/contract/udf.ts'
import { PlanError } from '../../functions/errors.ts'
import { displayNode } from '../../functions/expr/display.ts'
import type { ExprNode } from '../../functions/expr/node.ts'
import { didYouMean } from '../../functions/nearest.ts'
import { checkArguments } from '../../functions/udf/resolve.ts'
import type { FunctionSpec } from '../source/source.ts'

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
 * The source that a call in FROM reads.
 *
 * @throws {PlanError} `unknown_function` with the nearest name, and what `tableSource` throws.
 */
export function namedTableSource(name: string, args: readonly ExprNode[], known: TableFunctions): FunctionSpec {
  const udf = known.find(name) ?? known.find(name.toLowerCase())
  if (udf !== undefined) return tableSource(udf, args)
  const hint = didYouMean(name, known.names(), known.advice)
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
  const binder = new Binder([], catalogue)
  const constant = (node: ExprNode): Extract<Bound, { kind: 'constant' }> => {
    const bound = binder.bind(node)
    if (bound.kind === 'constant') return bound
    throw new PlanError(
      'type_mismatch',
      `Table function "${udf.name}" takes constants, ${displayNode(node)} is none that is known before the job runs`,
      { details: { function: udf.name } },
    )
  }
  checkArguments(
    udf,
    args.map(constant).map(({ type, nullable }) => ({ type, nullable })),
  )
  const values = args.map((node, i) => {
    const type = udf.inputs[i]
    return constant(type === undefined ? node : { kind: 'cast', input: node, to: type, safe: false }).value
  })
  return { kind: 'function', udf, args: values }
}
