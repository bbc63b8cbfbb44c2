// The window functions that number rows: row_number, rank, dense_rank, percent_rank, cume_dist, ntile.

import { exactly, integer } from '../contract/signature.ts'
import { integerOf, type Place, windowFunction } from '../contract/window.ts'
import { PlanError } from '../errors.ts'
import { float64, uint64 } from '../types/type.ts'

const noArguments = exactly([])

/** The first `rows % buckets` buckets get one row more than the others. */
function bucketOf({ row, rows }: Place, buckets: number): number {
  const small = Math.floor(rows / buckets)
  const larger = rows % buckets
  const inLarger = larger * (small + 1)
  return 1 + (row < inLarger ? Math.floor(row / (small + 1)) : larger + Math.floor((row - inLarger) / small))
}

export const rankingFunctions = [
  windowFunction({
    name: 'row_number',
    family: 'window',
    usage: 'row_number() OVER (ORDER BY key)',
    summary: 'The number of the row in its window partition, from 1',
    examples: [['row_number() OVER ()', '1']],
    signature: noArguments,
    returns: uint64,
    kernel: () => ({ kind: 'position', number: ({ row }) => row + 1, usesPeers: false }),
  }),
  windowFunction({
    name: 'rank',
    family: 'window',
    usage: 'rank() OVER (ORDER BY key)',
    summary: 'The number of the first row with the same sort keys; ranks of ties leave gaps',
    examples: [['rank() OVER ()', '1']],
    signature: noArguments,
    returns: uint64,
    kernel: () => ({ kind: 'position', number: ({ peersStart }) => peersStart + 1 }),
  }),
  windowFunction({
    name: 'dense_rank',
    family: 'window',
    usage: 'dense_rank() OVER (ORDER BY key)',
    summary: 'The rank of the row, counted without gaps after ties',
    examples: [['dense_rank() OVER ()', '1']],
    signature: noArguments,
    returns: uint64,
    kernel: () => ({ kind: 'position', number: ({ peerGroup }) => peerGroup + 1 }),
  }),
  windowFunction({
    name: 'percent_rank',
    family: 'window',
    usage: 'percent_rank() OVER (ORDER BY key)',
    summary: 'The rank as a fraction from 0 to 1: (rank - 1) / (rows - 1), 0 for a single row',
    examples: [['percent_rank() OVER ()', '0.0']],
    signature: noArguments,
    returns: float64,
    kernel: () => ({
      kind: 'position',
      number: ({ peersStart, rows }) => (rows === 1 ? 0 : peersStart / (rows - 1)),
    }),
  }),
  windowFunction({
    name: 'cume_dist',
    family: 'window',
    usage: 'cume_dist() OVER (ORDER BY key)',
    summary: 'The fraction of the rows that come before this one or equal it in the sort keys',
    examples: [['cume_dist() OVER ()', '1.0']],
    signature: noArguments,
    returns: float64,
    kernel: () => ({ kind: 'position', number: ({ peersEnd, rows }) => peersEnd / rows }),
  }),
  windowFunction({
    name: 'ntile',
    family: 'window',
    usage: 'ntile(buckets) OVER (ORDER BY key)',
    summary: 'The bucket of the row, from 1, when the rows are divided in order into buckets of equal size',
    examples: [['ntile(4) OVER ()', '1']],
    signature: exactly([integer]),
    returns: uint64,
    kernel: (args) => {
      const buckets = integerOf('ntile', args, 0)
      if (buckets < 1)
        throw new PlanError('invalid_argument', `Function "ntile" takes 1 or more buckets, got ${buckets}`)
      return { kind: 'position', number: (place) => bucketOf(place, buckets), usesPeers: false }
    },
  }),
]
