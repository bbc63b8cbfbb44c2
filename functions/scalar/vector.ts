// Lists of numbers as vectors: distances and norms.

import { type ScalarFunction, scalarFunction } from '../contract/scalar.ts'
import { coerceAll } from '../contract/signature.ts'
import { DataError } from '../errors.ts'
import { type DataType, float64, isNumeric, list } from '../types/type.ts'
import { itemOf } from './list-contract.ts'

type Vector = readonly (number | null)[]

const isVector = (type: DataType): boolean =>
  type.kind === 'null' || (type.kind === 'list' && (isNumeric(itemOf(type)) || itemOf(type).kind === 'null'))

const vectors = (count: number) =>
  coerceAll(count === 1 ? 'a list of numbers' : 'two lists of numbers', count, count, (types) =>
    types.every(isVector) ? types.map(() => list(float64)) : undefined,
  )

/** Null when an element is null; the lists must be of one length. */
function pairwise(
  name: string,
  a: Vector,
  b: Vector,
  add: (sum: number, x: number, y: number) => number,
): number | null {
  if (a.length !== b.length)
    throw new DataError(
      'invalid_value',
      `Function "${name}" takes lists of one length, got ${a.length} and ${b.length}`,
    )
  let sum = 0
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] ?? null, b[i] ?? null]
    if (x === null || y === null) return null
    sum = add(sum, x, y)
  }
  return sum
}

const product = (sum: number, x: number, y: number): number => sum + x * y
const squaredDifference = (sum: number, x: number, y: number): number => sum + (x - y) ** 2

function distance(a: Vector, b: Vector): number | null {
  const sum = pairwise('array_distance', a, b, squaredDifference)
  return sum === null ? null : Math.sqrt(sum)
}

function cosineDistance(a: Vector, b: Vector): number | null {
  const dot = pairwise('cosine_distance', a, b, product)
  const [left, right] = [pairwise('cosine_distance', a, a, product), pairwise('cosine_distance', b, b, product)]
  if (dot === null || left === null || right === null || left === 0 || right === 0) return null
  return 1 - dot / (Math.sqrt(left) * Math.sqrt(right))
}

function normalize(a: Vector): Vector | null {
  const square = pairwise('array_normalize', a, a, product)
  if (square === null || (square === 0 && a.length > 0)) return null
  const norm = Math.sqrt(square)
  return a.map((x) => (x ?? 0) / norm)
}

const ofTwo = (
  name: string,
  aliases: readonly string[],
  summary: string,
  example: readonly [string, string],
  row: (a: Vector, b: Vector) => number | null,
): ScalarFunction =>
  scalarFunction({
    name,
    aliases,
    family: 'array',
    usage: `${name}(a, b)`,
    summary,
    examples: [example],
    signature: vectors(2),
    returns: float64,
    givesNull: true,
    kernel: { row },
  })

export const vectorFunctions = [
  ofTwo(
    'array_distance',
    ['list_distance'],
    'The Euclidean distance between two vectors',
    ['array_distance([0, 0], [3, 4])', '5.0'],
    distance,
  ),
  ofTwo(
    'cosine_distance',
    [],
    'One minus the cosine of the angle between two vectors',
    ['cosine_distance([1, 0], [0, 1])', '1.0'],
    cosineDistance,
  ),
  ofTwo(
    'inner_product',
    ['dot_product'],
    'The inner product of two vectors',
    ['inner_product([1, 2], [3, 4])', '11.0'],
    (a, b) => pairwise('inner_product', a, b, product),
  ),
  scalarFunction({
    name: 'array_normalize',
    aliases: ['list_normalize'],
    family: 'array',
    usage: 'array_normalize(vector)',
    summary: 'The vector of the same direction and length 1; null for the zero vector',
    examples: [['array_normalize([3.0, 4.0])', '[0.6, 0.8]']],
    signature: vectors(1),
    returns: list(float64),
    givesNull: true,
    kernel: { total: true, row: normalize },
  }),
]
