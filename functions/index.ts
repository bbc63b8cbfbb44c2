// The entry point of functions/: every name that a user writes in an expression.

export type { ArrowLibrary } from './arrow/adopt.ts'
export { type ArrowModule, type ConvertedArrow, convertArrow } from './arrow/convert.ts'
export type {
  ArrowBatchLike,
  ArrowDataLike,
  ArrowFieldLike,
  ArrowSchemaLike,
  ArrowTableLike,
  ArrowTypeLike,
  ArrowVectorLike,
} from './arrow/like.ts'
export { type FunctionBuilder, functions } from './catalogue/builders.ts'
export { catalogue } from './catalogue/catalogue.ts'
export type { CodecContext } from './contract/codec-context.ts'
export type { Accumulator, RowRange, UserFunction, Volatility, WindowEvaluator } from './contract/udf.ts'
export type { ShippedEntry, UdfShipment } from './contract/udf-shipment.ts'
export {
  CancelledError,
  ConnectionError,
  DataError,
  type ErrorCategory,
  type ErrorCode,
  type ErrorDetails,
  type ErrorInit,
  InternalError,
  type PlainData,
  PlanError,
  ResourceError,
  ServerError,
  ShippingError,
  type ShippingErrorCode,
  UdfError,
  VolleyError,
  WireError,
  type WireErrorCode,
  WorkerError,
} from './errors.ts'
export { CaseExpr, cast, col, lit, not, tryCast, when } from './expr/build.ts'
export { Expr, isExpr, type Operand, type WindowOptions } from './expr/expr.ts'
export { type FrameEdge, windowFrame } from './expr/frame.ts'
export { cube, groupingSets, type KeySet, rollup } from './expr/grouping-sets.ts'
export type { LiteralValue } from './expr/literal.ts'
export type { FrameBound, NullTreatment, WindowFrame } from './expr/node.ts'
export type { ArgumentOf, ConstantOf, Int64As, IntervalValue, LiteralOf, ResultOf } from './types/js-values.ts'
export { type FieldInput, parseType, type TypeInput } from './types/parse-type.ts'
export {
  binary,
  bool,
  type DataType,
  type DecimalType,
  type DictionaryType,
  type DurationType,
  date32,
  decimal128,
  dictionary,
  duration,
  type Field,
  field,
  float32,
  float64,
  type IntervalType,
  type IntervalUnit,
  int8,
  int16,
  int32,
  int64,
  interval,
  type ListType,
  list,
  type MapType,
  map,
  type Schema,
  type SimpleKind,
  type SimpleType,
  type StructType,
  struct,
  type TimestampType,
  type TimeType,
  type TimeUnit,
  time32,
  time64,
  timestamp,
  typeName,
  uint8,
  uint16,
  uint32,
  uint64,
  utf8,
} from './types/type.ts'
export type { Value } from './types/value.ts'
export { type AggregateUDF, nativeUdaf, type UdafOptions, udaf } from './udf/aggregate.ts'
export type {
  AccumulatorOf,
  CallArguments,
  MakerOf,
  ScalarFunctionOf,
  TableFunctionOf,
  WindowEvaluatorOf,
} from './udf/function-types.ts'
export { nativeUdf, type ScalarUDF, type UdfOptions, udf } from './udf/scalar.ts'
export { type TableUDF, type UdtfOptions, udtf } from './udf/table.ts'
export { nativeUdwf, type UdwfOptions, udwf, type WindowUDF } from './udf/window.ts'
