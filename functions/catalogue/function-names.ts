// What names in call position mean where a context has functions of its own: they come before the built-ins.

import { type CodecContext, exprFamilies } from '../contract/codec-context.ts'
import type { FunctionName, FunctionNames } from '../sql/options.ts'
import { catalogue } from './catalogue.ts'

/** The built-ins. Those of several families under one name are one function: an aggregate until OVER follows. */
export const builtInNames: FunctionNames = {
  lookup: (name) => {
    const found = catalogue.lookup(name)
    return found === undefined ? [] : [found]
  },
  names: () => catalogue.names(),
}

/** The functions of a context, in any case if they are in lower case, and after them the others. */
export function functionNamesOf(
  context: Pick<CodecContext, 'findUdf' | 'udfNames'>,
  others: FunctionNames = builtInNames,
): FunctionNames {
  const find = (name: string): readonly FunctionName[] =>
    exprFamilies.flatMap((family) => {
      const udf = context.findUdf(family, name) ?? context.findUdf(family, name.toLowerCase())
      return udf === undefined || udf.family === 'table' ? [] : [{ kind: 'udf', udf }]
    })
  return {
    lookup: (name) => [...find(name), ...others.lookup(name)],
    names: () => [...context.udfNames(), ...others.names()],
  }
}
