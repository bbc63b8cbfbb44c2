// A job in a test, under Vitest and, with its names from `@jest/globals`, under Jest: both load modules in ways of their own.

import { expect, test } from 'vitest'
import { col, float64, SessionContext, udf } from 'volley'
import { half } from './half.js'

const rate = 2

test('a job runs in workers', async () => {
  const ctx = new SessionContext({ workers: 1 })
  const double = udf((n) => half(n) * rate * 2, [float64], float64, { name: 'double' })
  const frame = ctx.fromColumns({ a: [1, 2] }).select(double(col('a')).alias('b'))
  expect(await frame.toRows()).toEqual([{ b: 2 }, { b: 4 }])
  expect((await frame.collect()).numRows).toBe(2)
  await ctx.close()
}, 120_000)
