/**
 * Functions of your own in expressions: per row (`udf`), over groups (`udaf`), over windows (`udwf`), and in place of tables (`udtf`).
 *
 * docs/guide/user-defined-functions.md shows how they are written, docs/security.md what they may do where they run.
 *
 * @module User-defined functions
 */

export {
  type Accumulator,
  type AccumulatorOf,
  type AggregateUDF,
  type ArgumentOf,
  type CallArguments,
  type ConstantOf,
  type Int64As,
  type IntervalValue,
  type MakerOf,
  nativeUdaf,
  nativeUdf,
  nativeUdwf,
  type ResultOf,
  type RowRange,
  type ScalarFunctionOf,
  type ScalarUDF,
  type TableFunctionOf,
  type TableUDF,
  type UdafOptions,
  type UdfOptions,
  type UdtfOptions,
  type UdwfOptions,
  type UserFunction,
  udaf,
  udf,
  udtf,
  udwf,
  type Volatility,
  type WindowEvaluator,
  type WindowEvaluatorOf,
  type WindowUDF,
} from '../../runtime/index.ts'
