// Which types go together: what operands of an operator are cast to, and the one type of several values.
// The rules are DataFusion's (semantics: "Types and coercion"); casts the user writes are not decided here.

import {
  bool,
  type DataType,
  type DecimalType,
  decimal128,
  duration,
  type Field,
  float32,
  float64,
  int8,
  int16,
  int32,
  int64,
  isDecimal,
  isFloat,
  isInteger,
  isNumeric,
  isTemporal,
  isTime,
  type ListType,
  list,
  nullType,
  sameType,
  type TimeUnit,
  time64,
  timestamp,
  uint8,
  uint16,
  uint32,
  uint64,
  utf8,
} from './type.ts'

const signed = [int8, int16, int32, int64] as const
const unsigned = [uint8, uint16, uint32, uint64] as const
/** Digits that hold every value of an integer type. */
const integerDigits: Partial<Record<DataType['kind'], number>> = {
  int8: 3,
  uint8: 3,
  int16: 5,
  uint16: 5,
  int32: 10,
  uint32: 10,
  int64: 20,
  uint64: 20,
}

/** A dictionary stands for its values wherever types are compared, also inside of lists, structs and maps. */
export function plainType(type: DataType): DataType {
  switch (type.kind) {
    case 'dictionary':
      return plainType(type.value)
    case 'list': {
      const item = plainField(type.item)
      return item === type.item ? type : { ...type, item }
    }
    case 'struct': {
      const fields = type.fields.map(plainField)
      return fields.every((inner, i) => inner === type.fields[i]) ? type : { ...type, fields }
    }
    case 'map': {
      const [key, value] = [plainField(type.key), plainField(type.value)]
      return key === type.key && value === type.value ? type : { ...type, key, value }
    }
    default:
      return type
  }
}

function plainField(source: Field): Field {
  const type = plainType(source.type)
  return type === source.type ? source : { ...source, type }
}

/** The smallest type that holds both numbers; undefined when one is not a number. Null goes with everything. */
export function commonNumeric(a: DataType, b: DataType): DataType | undefined {
  if (a.kind === 'null') return isNumeric(b) ? b : undefined
  if (b.kind === 'null') return isNumeric(a) ? a : undefined
  if (!isNumeric(a) || !isNumeric(b)) return undefined
  if (a.kind === 'float64' || b.kind === 'float64') return float64
  if (isFloat(a) || isFloat(b)) return isDecimal(a) || isDecimal(b) ? float64 : float32
  if (isDecimal(a) || isDecimal(b)) return commonDecimal(decimalOf(a), decimalOf(b))
  return commonInteger(a, b)
}

function commonInteger(a: DataType, b: DataType): DataType {
  const rank = (type: DataType): number => Math.max(signed.indexOf(type as never), unsigned.indexOf(type as never))
  const normal = (type: DataType): DataType => [...signed, ...unsigned].find((t) => t.kind === type.kind) ?? type
  const [x, y] = [normal(a), normal(b)]
  const xSigned = signed.includes(x as never)
  if (xSigned === signed.includes(y as never)) return rank(x) >= rank(y) ? x : y
  const [s, u] = xSigned ? [x, y] : [y, x]
  if (rank(s) > rank(u)) return s
  return signed[rank(u) + 1] ?? decimal128(20, 0)
}

/** A number type as the decimal that holds it: Int64 is 20 digits. */
export function decimalOf(type: DataType): DecimalType {
  return isDecimal(type) ? type : decimal128(integerDigits[type.kind] ?? 20, 0)
}

function commonDecimal(a: DecimalType, b: DecimalType): DecimalType {
  const scale = Math.max(a.scale, b.scale)
  return decimal128(Math.min(38, Math.max(a.precision - a.scale, b.precision - b.scale) + scale), scale)
}

/** What the two operands of an arithmetic operator are cast to, and what it gives. */
export interface OperatorTypes {
  readonly left: DataType
  readonly right: DataType
  readonly result: DataType
}

/** Types for `+ - * / %`; undefined when the operator has no meaning for them. */
export function arithmeticTypes(op: string, leftType: DataType, rightType: DataType): OperatorTypes | undefined {
  const left = plainType(leftType)
  const right = plainType(rightType)
  const common = commonNumeric(left, right)
  if (common !== undefined) {
    if (isDecimal(common)) return decimalArithmetic(op, decimalOf(left), decimalOf(right))
    return { left: common, right: common, result: common }
  }
  if (left.kind === 'null' && right.kind === 'null') return { left: int64, right: int64, result: int64 }
  return undefined
}

function decimalArithmetic(op: string, a: DecimalType, b: DecimalType): OperatorTypes {
  const result = (precision: number, scale: number): OperatorTypes => ({
    left: a,
    right: b,
    result: decimal128(Math.min(38, precision), Math.min(38, scale)),
  })
  const whole = Math.max(a.precision - a.scale, b.precision - b.scale)
  const scale = Math.max(a.scale, b.scale)
  if (op === '*') return result(a.precision + b.precision + 1, a.scale + b.scale)
  if (op === '/') return result(a.precision + 4 + b.scale, a.scale + 4)
  if (op === '%') return result(Math.min(a.precision - a.scale, b.precision - b.scale) + scale, scale)
  return result(whole + scale + 1, scale)
}

/**
 * The type that values are compared in. A string compared with a number, date or time is read as one.
 *
 * @returns undefined when the two cannot be compared.
 */
export function comparisonType(aType: DataType, bType: DataType): DataType | undefined {
  const a = plainType(aType)
  const b = plainType(bType)
  if (sameType(a, b)) return a
  if (a.kind === 'null') return b
  if (b.kind === 'null') return a
  if (isDecimal(a) && isFloat(b)) return commonDecimal(a, floatDigits(b))
  if (isFloat(a) && isDecimal(b)) return commonDecimal(floatDigits(a), b)
  const numeric = commonNumeric(a, b)
  if (numeric !== undefined) return numeric
  if (a.kind === 'list' && b.kind === 'list') return commonList(a, b)
  if (a.kind === 'utf8' && (isNumeric(b) || isTemporal(b))) return b
  if (b.kind === 'utf8' && (isNumeric(a) || isTemporal(a))) return a
  return commonTemporal(a, b)
}

/** Decimals and floats are compared as decimals, so that 0.07 is 0.07; a float has so many digits that mean anything. */
const floatDigits = (type: DataType): DecimalType => (type.kind === 'float32' ? decimal128(14, 7) : decimal128(30, 15))

function commonList(a: ListType, b: ListType): DataType | undefined {
  const item = comparisonType(a.item.type, b.item.type)
  return item === undefined ? undefined : list(item)
}

const unitOrder: readonly TimeUnit[] = ['s', 'ms', 'us', 'ns']

/** Of two units the one whose range holds both: timestamps of different units are compared in the coarser. */
export const coarserUnit = (a: TimeUnit, b: TimeUnit): TimeUnit =>
  unitOrder.indexOf(a) <= unitOrder.indexOf(b) ? a : b

/** The type that two points in time are compared or subtracted in; a date is its midnight, an integer counts days. */
export function commonTemporal(a: DataType, b: DataType): DataType | undefined {
  if (a.kind === 'date32' && b.kind === 'timestamp') return b
  if (a.kind === 'timestamp' && b.kind === 'date32') return a
  if (a.kind === 'timestamp' && b.kind === 'timestamp')
    return timestamp(coarserUnit(a.unit, b.unit), a.timezone ?? b.timezone)
  if ((a.kind === 'date32' && isInteger(b)) || (isInteger(a) && b.kind === 'date32')) return int64
  if (a.kind === 'duration' && b.kind === 'duration') return duration(coarserUnit(a.unit, b.unit))
  if (isTime(a) && isTime(b)) return time64('ns')
  return undefined
}

/**
 * The one type of several alternatives (`coalesce`, `IN`, `greatest`: `prefer: 'number'`; `CASE`: `prefer: 'string'`).
 *
 * @returns undefined when they have none. All null gives the null type.
 */
export function unifyTypes(types: readonly DataType[], prefer: 'number' | 'string'): DataType | undefined {
  let common: DataType = nullType
  for (const type of types.map(plainType)) {
    const next = unifyPair(common, type, prefer)
    if (next === undefined) return undefined
    common = next
  }
  return common
}

function unifyPair(a: DataType, b: DataType, prefer: 'number' | 'string'): DataType | undefined {
  if (prefer === 'string' && (a.kind === 'utf8' || b.kind === 'utf8')) {
    const other = a.kind === 'utf8' ? b : a
    if (
      other.kind === 'null' ||
      other.kind === 'utf8' ||
      isNumeric(other) ||
      isTemporal(other) ||
      other.kind === 'bool'
    )
      return utf8
  }
  return comparisonType(a, b)
}

/** What a condition is read as; only booleans and nulls are conditions. */
export function conditionType(type: DataType): DataType | undefined {
  const plain = plainType(type)
  return plain.kind === 'bool' || plain.kind === 'null' ? bool : undefined
}
