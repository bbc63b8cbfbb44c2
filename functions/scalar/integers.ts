// Functions of whole numbers, and chance.

import { scalarFunction } from '../contract/scalar.ts'
import { exactly, integer } from '../contract/signature.ts'
import { DataError } from '../errors.ts'
import { float64, int64, utf8 } from '../types/type.ts'

const absolute = (a: bigint): bigint => (a < 0n ? -a : a)

function greatestDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [absolute(a), absolute(b)]
  while (y !== 0n) [x, y] = [y, x % y]
  return x
}

function fit(value: bigint, what: string): bigint {
  if (BigInt.asIntN(64, value) === value) return value
  throw new DataError('overflow', `Cannot hold ${what} in Int64: it is too large`)
}

function factorial(n: bigint): bigint {
  if (n < 0n) throw new DataError('invalid_value', `Cannot take the factorial of ${n}: it is negative`)
  if (n > 20n) throw new DataError('overflow', `Cannot hold factorial(${n}) in Int64: 20 is the greatest`)
  let product = 1n
  for (let i = 2n; i <= n; i++) product *= i
  return product
}

/** Version 4, from Math.random: unique, not secret. */
function randomUuid(): string {
  let digits = ''
  for (let i = 0; i < 4; i++) digits += ((Math.random() * 0x1_0000_0000) >>> 0).toString(16).padStart(8, '0')
  const variant = '89ab'[(Math.random() * 4) | 0]
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-${variant}${digits.slice(17, 20)}-${digits.slice(20)}`
}

export const integerFunctions = [
  scalarFunction({
    name: 'gcd',
    family: 'math',
    usage: 'gcd(a, b)',
    summary: 'The greatest common divisor',
    examples: [['gcd(48, 18)', '6']],
    signature: exactly([integer, integer]),
    returns: int64,
    kernel: { row: (a: bigint, b: bigint) => fit(greatestDivisor(a, b), `gcd(${a}, ${b})`) },
  }),
  scalarFunction({
    name: 'lcm',
    family: 'math',
    usage: 'lcm(a, b)',
    summary: 'The least common multiple',
    examples: [['lcm(4, 6)', '12']],
    signature: exactly([integer, integer]),
    returns: int64,
    kernel: {
      row: (a: bigint, b: bigint) =>
        a === 0n || b === 0n ? 0n : fit(absolute(a / greatestDivisor(a, b)) * absolute(b), `lcm(${a}, ${b})`),
    },
  }),
  scalarFunction({
    name: 'factorial',
    family: 'math',
    usage: 'factorial(n)',
    summary: 'The product of the whole numbers from 1 to n, at most 20',
    examples: [['factorial(5)', '120']],
    signature: exactly([integer]),
    returns: int64,
    kernel: { row: factorial },
  }),
  scalarFunction({
    name: 'random',
    aliases: ['rand'],
    family: 'math',
    usage: 'random()',
    summary: 'A random number of at least 0 and less than 1, a new one for every row',
    examples: [['random() < 1.0', 'true']],
    signature: exactly([]),
    returns: float64,
    volatility: 'volatile',
    kernel: { total: true, row: () => Math.random(), inline: () => 'Math.random()' },
  }),
  scalarFunction({
    name: 'uuid',
    family: 'other',
    usage: 'uuid()',
    summary: 'A random UUID (version 4), a new one for every row',
    examples: [['length(uuid())', '36']],
    signature: exactly([]),
    returns: utf8,
    volatility: 'volatile',
    kernel: { total: true, row: randomUuid },
  }),
]
