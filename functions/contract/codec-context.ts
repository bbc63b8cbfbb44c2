// What encoding and decoding ask of a context. SessionContext is one; the codec never sees more of it.

import type { ArrowModule } from '../arrow/convert.ts'
import type { Udf } from './udf.ts'

/** The families of users' functions that stand in expressions. */
export const exprFamilies = Object.freeze(['scalar', 'aggregate', 'window'] as const)

/** The families of users' functions; one name may stand for a function of each. */
export const udfFamilies: readonly Udf['family'][] = Object.freeze([...exprFamilies, 'table'])

/** `a scalar function`, `an aggregate function`, `a window function`: a family, in messages. */
export const describeFamily = (family: Udf['family']): string =>
  `${family === 'aggregate' ? 'an' : 'a'} ${family} function`

/** The method that registers functions of each family, in messages. */
export const registerMethods: Readonly<Record<Udf['family'], string>> = Object.freeze({
  scalar: 'registerUdf',
  aggregate: 'registerUdaf',
  window: 'registerUdwf',
  table: 'registerUdtf',
})

/**
 * What functions are encoded and decoded under: a `SessionContext` is one.
 *
 * @see docs/guide/distributing-work.md
 */
export interface CodecContext {
  /** Whether function bodies may travel by value: on encoding they are sent by name instead, on decoding refused. */
  readonly udfInlining: boolean
  /** The registered function of that family and name. */
  findUdf(family: Udf['family'], name: string): Udf | undefined
  /** Names of the registered functions of all families, each once, for suggestions. */
  udfNames(): Iterable<string>
  /** The copy of Arrow JavaScript whose objects the user gets. Default: the one that Volley imports. */
  readonly arrow?: ArrowModule | undefined
}
