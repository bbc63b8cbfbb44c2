// Repartitioning rows: rows of equal keys meet in one partition however they are stored and whatever task they are in,
// no row is lost, and rows of one partition keep their order.

import fc from 'fast-check'
import t from 'tap'
import { columnOf } from '../../../functions/column/output-buffer.ts'
import { col } from '../../../functions/expr/build.ts'
import { field, float64, int64, type Schema, utf8 } from '../../../functions/types/type.ts'
import type { Value } from '../../../functions/types/value.ts'
import { udf } from '../../../functions/udf/scalar.ts'
import { Exchange } from '../../../runtime/engine/exchange.ts'
import { MemoryBudget } from '../../../runtime/engine/memory-budget.ts'
import { CompiledPipeline } from '../../../runtime/engine/pipeline.ts'
import type { Program } from '../../../runtime/program/program.ts'
import { allTypes, batchOf, type RandomTable, randomTable, rowsOf } from './random-columns.ts'
import { rowsIn } from './run-program.ts'
import { show } from './values.ts'

t.setTimeout(240_000)

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)
const numRuns = Number(process.env.RUNS ?? 400)
t.comment(`SEED=${seed} repeats this run`)

/** The rows of each partition, from batches of one task. */
function distribute(
  schema: Schema,
  program: Program,
  batches: readonly Parameters<Exchange['push']>[0][],
  partitionIndex = 0,
) {
  const compiled = new CompiledPipeline(schema, program)
  const budget = new MemoryBudget(Number.POSITIVE_INFINITY)
  const pipeline = compiled.start(budget, partitionIndex)
  if (compiled.exchange === undefined) throw new Error('the program repartitions no rows')
  const exchange = new Exchange(compiled.exchange, budget)
  const partitions = new Map<number, (readonly Value[])[]>()
  const keep = (partitioned: Iterable<{ partition: number; batch: Parameters<Exchange['push']>[0] }>): void => {
    for (const { partition, batch } of partitioned)
      partitions.set(partition, [...(partitions.get(partition) ?? []), ...rowsIn([batch])])
  }
  for (const batch of batches) {
    const result = pipeline.push(batch)
    if (result !== undefined) keep(exchange.push(result))
  }
  for (const result of pipeline.finish()) keep(exchange.push(result))
  keep(exchange.finish())
  return { partitions, budget }
}

const byHash = (keys: readonly string[], partitions: number): Program => [
  { op: 'exchange', by: 'hash', keys: keys.map((name) => col(name).node), partitions },
]
/** A key as grouping sees it. */
const keyOf = (row: readonly Value[]): string => row.map((value) => show(Object.is(value, -0) ? 0 : value)).join()

t.test('rows of equal keys meet, none is lost, and they keep their order', (t) => {
  const alike = randomTable(allTypes, 3).chain((first: RandomTable) =>
    fc.record({ first: fc.constant(first), partitions: fc.integer({ min: 1, max: 7 }), swap: fc.boolean() }),
  )
  fc.assert(
    fc.property(alike, ({ first, partitions, swap }) => {
      const { schema } = first
      // The same rows again, stored in the other way.
      const other: RandomTable = {
        ...first,
        viaArrow: !first.viaArrow,
        columns: first.columns.map((column) => (swap ? { ...column, encoding: 'plain' } : column)),
      }
      const rows = rowsOf(first)
      const program = byHash(
        schema.map(({ name }) => name),
        partitions,
      )
      const partitionOf = new Map<string, number>()
      for (const table of [first, other]) {
        const partitioned = distribute(schema, program, [batchOf(table)])
        let count = 0
        for (const [partition, own] of partitioned.partitions) {
          count += own.length
          const wanted = rows.map(keyOf).filter((key) => own.some((row) => keyOf(row) === key))
          if (own.map(keyOf).join('\n') !== wanted.join('\n')) return false
          for (const row of own) {
            if ((partitionOf.get(keyOf(row)) ?? partition) !== partition) return false
            partitionOf.set(keyOf(row), partition)
          }
        }
        if (count !== rows.length || partitioned.budget.usedBytes !== 0) return false
      }
      return true
    }),
    { seed, numRuns },
  )
  t.end()
})

t.test('keys are spread over all partitions', (t) => {
  const length = 10_000
  const schema = [field('n', int64), field('x', float64), field('s', utf8)]
  const columns = [
    columnOf(
      Array.from({ length }, (_, i) => BigInt(i) * 1000n),
      int64,
    ),
    columnOf(
      Array.from({ length }, (_, i) => i / 8),
      float64,
    ),
    columnOf(
      Array.from({ length }, (_, i) => `key ${i}`),
      utf8,
    ),
  ]
  for (const { name } of schema) {
    const { partitions } = distribute(schema, byHash([name], 8), [{ length, columns }])
    const sizes = [...partitions.values()].map((rows) => rows.length)
    t.equal(partitions.size, 8)
    t.ok(Math.min(...sizes) > 1000 && Math.max(...sizes) < 1500, `${name}: ${sizes}`)
  }
  const letters = columnOf(
    Array.from({ length: 26 }, (_, i) => String.fromCharCode(97 + i)),
    utf8,
  )
  const { partitions } = distribute([field('s', utf8)], byHash(['s'], 4), [{ length: 26, columns: [letters] }])
  t.equal(partitions.size, 4, 'single letters too')
  t.end()
})

t.test('numbered rows go back to the task that numbered them, into their order', (t) => {
  const schema = [field('s', utf8)]
  const tasks = ['abcdefgh', 'ijk', '', 'lmnopqrstuvwxyz'].map((letters, partitionIndex) => {
    const batch = { length: letters.length, columns: [columnOf([...letters], utf8)] }
    return distribute(schema, [{ op: 'rowIds', name: '#row' }, ...byHash(['s'], 3)], [batch], partitionIndex)
  })
  const numbered = [...schema, field('#row', float64, false)]
  const home: Program = [{ op: 'exchange', by: 'partitionIndex', keys: [col('#row').node], partitions: 4 }]
  const back = [0, 1, 2].map((partition) => {
    const rows = tasks.flatMap(({ partitions }) => partitions.get(partition) ?? [])
    const columns = numbered.map(({ type }, c) =>
      columnOf(
        rows.map((row) => row[c] ?? null),
        type,
      ),
    )
    return distribute(numbered, home, [{ length: rows.length, columns }])
  })
  const restored = [0, 1, 2, 3].map((partitionIndex) => {
    const pipeline = new CompiledPipeline(numbered, [{ op: 'reorder', name: '#row' }]).start()
    for (const { partitions } of back) {
      const rows = partitions.get(partitionIndex) ?? []
      const columns = numbered.map(({ type }, c) =>
        columnOf(
          rows.map((row) => row[c] ?? null),
          type,
        ),
      )
      pipeline.push({ length: rows.length, columns })
    }
    return rowsIn([...pipeline.finish()])
      .flat()
      .join('')
  })
  t.same(restored, ['abcdefgh', 'ijk', '', 'lmnopqrstuvwxyz'])
  t.end()
})

t.test('a key that fails names the row of the task, not of its batch', (t) => {
  const picky = udf(
    (n: bigint) => {
      if (n === 5n) throw new Error('not five')
      return n
    },
    [int64],
    int64,
    { name: 'picky', volatility: 'immutable' },
  )
  const program: Program = [{ op: 'exchange', by: 'hash', keys: [picky(col('n')).node], partitions: 3 }]
  const batches = [
    [0n, 1n, 2n],
    [3n, 4n, 5n],
  ].map((values) => ({ length: 3, columns: [columnOf(values, int64)] }))
  t.throws(() => distribute([field('n', int64)], program, batches), { code: 'udf_failed', details: { row: 5 } })
  t.end()
})

t.test('rows that wait to be partitioned count against the memory limit', (t) => {
  const schema = [field('n', int64)]
  const column = columnOf(
    Array.from({ length: 5000 }, (_, i) => BigInt(i)),
    int64,
  )
  const compiled = new CompiledPipeline(schema, byHash(['n'], 4))
  if (compiled.exchange === undefined) throw new Error('the program repartitions no rows')
  const exchange = new Exchange(compiled.exchange, new MemoryBudget(10_000))
  t.throws(() => [...exchange.push({ length: 5000, columns: [column] })], { code: 'memory_limit' })
  t.end()
})
