// What a temporal type has room for: results beyond it are errors, never values that no calendar shows.

import { fits64 } from '../cast/calendar.ts'
import { DataError } from '../errors.ts'
import { type DataType, displayType } from '../types/type.ts'

/** @throws {DataError} `overflow` */
export function outOfRange(type: DataType): never {
  throw new DataError('overflow', `Cannot hold the result in ${displayType(type)}: it is out of range`)
}

/** The value, if it fits in 64 bits. @throws {DataError} `overflow` */
export function within64(value: bigint, type: DataType): bigint {
  return fits64(value) ?? outOfRange(type)
}
