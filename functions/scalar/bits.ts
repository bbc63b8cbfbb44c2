// The bit operators on integers. Shifts count modulo the width, as processors do.

import { type ScalarFunction, type ScalarKernel, scalarFunction } from '../contract/scalar.ts'
import { coerceAll } from '../contract/signature.ts'
import { commonNumeric } from '../types/coercion.ts'
import { type DataType, int64, isBigInt, isInteger } from '../types/type.ts'
import { wrapNumber, wrapText } from './wrap.ts'

function bothIntegers([left, right]: readonly DataType[]): readonly DataType[] | undefined {
  if (left === undefined || right === undefined) return undefined
  if (left.kind === 'null' && right.kind === 'null') return [int64, int64]
  const common = commonNumeric(left, right)
  if (common === undefined) return undefined
  // Int64 and UInt64 have no common integer: their bits are taken as they are.
  const type = isInteger(common) ? common : isInteger(left) && isInteger(right) ? int64 : undefined
  return type === undefined ? undefined : [type, type]
}

const widths: Partial<Record<DataType['kind'], number>> = { int8: 8, uint8: 8, int16: 16, uint16: 16 }

function bitKernel(op: '&' | '|' | '^' | '<<' | '>>', type: DataType): ScalarKernel {
  if (isBigInt(type)) {
    const wrap = type.kind === 'uint64' ? BigInt.asUintN : BigInt.asIntN
    const rows = {
      '&': (a: bigint, b: bigint) => a & b,
      '|': (a: bigint, b: bigint) => a | b,
      '^': (a: bigint, b: bigint) => a ^ b,
      '<<': (a: bigint, b: bigint) => wrap(64, a << (b & 63n)),
      '>>': (a: bigint, b: bigint) => a >> (b & 63n),
    }
    const isShift = op === '<<' || op === '>>'
    return { total: true, row: rows[op], ...(isShift ? {} : { inline: (a, b) => `(${a.value} ${op} ${b.value})` }) }
  }
  const wrap = wrapNumber(type)
  const mask = (widths[type.kind] ?? 32) - 1
  const right = type.kind === 'uint32' ? '>>>' : '>>'
  const rows = {
    '&': (a: number, b: number) => wrap(a & b),
    '|': (a: number, b: number) => wrap(a | b),
    '^': (a: number, b: number) => wrap(a ^ b),
    '<<': (a: number, b: number) => wrap(a << (b & mask)),
    '>>':
      right === '>>>' ? (a: number, b: number) => a >>> (b & mask) : (a: number, b: number) => wrap(a >> (b & mask)),
  }
  const inline: NonNullable<ScalarKernel['inline']> =
    op === '<<' || op === '>>'
      ? (a, b) => wrapText(type, `${a?.value} ${op === '<<' ? op : right} (${b?.value} & ${mask})`)
      : (a, b) => wrapText(type, `${a?.value} ${op} ${b?.value}`)
  return { total: true, row: rows[op], inline }
}

const bitOperator = (
  name: '&' | '|' | '^' | '<<' | '>>',
  summary: string,
  example: readonly [string, string],
): ScalarFunction =>
  scalarFunction({
    name,
    family: 'math',
    usage: `left ${name} right`,
    summary,
    examples: [example],
    signature: coerceAll('two integers', 2, 2, bothIntegers),
    returns: (args) => args[0]?.type ?? int64,
    kernel: (args) => bitKernel(name, args[0]?.type ?? int64),
  })

export const bitFunctions = [
  bitOperator('&', 'The bits that are set in both integers', ['12 & 10', '8']),
  bitOperator('|', 'The bits that are set in either integer', ['12 | 10', '14']),
  bitOperator('^', 'The bits that are set in exactly one of the integers', ['12 ^ 10', '6']),
  bitOperator('<<', 'The bits shifted to the left', ['1 << 4', '16']),
  bitOperator('>>', 'The bits shifted to the right; the sign is kept', ['-16 >> 2', '-4']),
]
