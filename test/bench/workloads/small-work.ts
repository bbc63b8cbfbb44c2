// Many small tasks, against datafusion-python over `multiprocessing.Pool(2)` and Ray, whose way of distributing expressions
// ours is modelled on. Each task is an expression with a closure and a batch of 1,000 rows.

import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type RecordBatch, tableFromArrays, type Vector } from 'apache-arrow'
import { col, type Expr, functions as f, float64, udf } from '../../../functions/index.ts'
import { WorkerPool } from '../../../runtime/calls/worker-pool.ts'
import { decodeExpr, encodeExpr } from '../../../runtime/codec/expr-codec.ts'
import { SessionContext } from '../../../runtime/context/session.ts'
import { evaluateExpr } from '../../../runtime/evaluate/evaluate.ts'
import { flightsFile } from '../data/files.ts'
import { type Cells, cellsOfArrow, cellsOfColumns } from '../measure/cells.ts'
import { type Variant, variant, type WorkloadMaker, workload } from '../measure/workload.ts'
import { lastNumber, PythonPeer, type PythonPlace, type PythonWork, pythonOnce } from '../peers/python-process.ts'

const tasks = 100
const rows = 1000

/** An expression with a closure: what travels has the rate in it. */
const expression = (rate: number): Expr =>
  udf((net: number) => net * rate + 1, [float64], float64, { name: 'gross' })(col('net'))

const batchOf = (task: number): RecordBatch =>
  tableFromArrays({ net: Float64Array.from({ length: rows }, (_, row) => task + row) }).batches[0] as RecordBatch

const evaluate = (expr: Expr, batch: RecordBatch): Promise<Vector> => expr.evaluate(batch)

const cellsOfVectors = (vectors: readonly Vector[]): Cells =>
  cellsOfColumns([vectors.flatMap((vector) => [...vector.toArray()] as number[])])

interface Peers {
  readonly variants: readonly Variant[]
  readonly missing: readonly string[]
  close(): Promise<void>
}

const labels: Readonly<Record<PythonPlace, string>> = {
  pool: 'datafusion-python, Pool(2)',
  ray: 'datafusion-python, Ray',
  flights: 'datafusion-python, in-process, 2 threads',
}

/** datafusion-python's ways to do a work, as far as they are installed. */
async function peers(work: PythonWork, places: readonly PythonPlace[], ...args: readonly string[]): Promise<Peers> {
  const variants: Variant[] = []
  const missing: string[] = []
  const started: PythonPeer[] = []
  for (const place of places) {
    const peer = await PythonPeer.start(place, ...args)
    if (peer === undefined) missing.push(labels[place])
    else {
      started.push(peer)
      variants.push({
        ...variant(
          place === 'ray' ? 'ray' : 'datafusion',
          `${labels[place]}, ${peer.version}`,
          () => peer.run(work),
          async () => cellsOfColumns([await peer.values()]),
        ),
        repeat: (times) => peer.run(work, times),
      })
    }
  }
  return { variants, missing, close: async () => void (await Promise.all(started.map((peer) => peer.close()))) }
}

export const smallMap: WorkloadMaker = async () => {
  const pool = WorkerPool.fork({ workers: 2 })
  const expr = expression(1.19)
  const batches = Array.from({ length: tasks }, (_, task) => batchOf(task))
  const others = await peers('map', ['pool', 'ray'])
  return workload({
    name: 'small-map',
    title: '100 small tasks at once',
    work: '`map` of an expression with a closure over 100 batches of 1,000 rows, two workers; each gives an Arrow vector',
    unit: 'ms',
    size: tasks * rows,
    repeat: 3,
    warmRounds: 5,
    goals: [{ against: 'datafusion', factor: 2 }],
    variants: [
      variant(
        'volley',
        'Volley, 2 workers',
        () => pool.map((batch: RecordBatch) => expr.evaluate(batch), batches),
        cellsOfVectors,
      ),
      variant(
        'volley',
        'Volley, 2 workers, the expression as an argument',
        () =>
          pool.map(
            ({ expr, batch }: { readonly expr: Expr; readonly batch: RecordBatch }) => expr.evaluate(batch),
            batches.map((batch) => ({ expr, batch })),
          ),
        cellsOfVectors,
      ),
      ...others.variants,
    ],
    missing: others.missing,
    close: async () => void (await Promise.all([pool.close(), others.close()])),
  })
}

export const smallOneByOne: WorkloadMaker = async () => {
  const pool = WorkerPool.fork({ workers: 2 })
  const expr = expression(1.19)
  const batch = batchOf(0)
  const others = await peers('one', ['pool', 'ray'])
  return workload({
    name: 'small-one-by-one',
    title: 'small tasks one after another',
    work: '`run` of an expression with a closure over a batch of 1,000 rows, the next when the result is there',
    unit: 'µs',
    size: rows,
    repeat: 50,
    warmRounds: 5,
    goals: [{ against: 'datafusion', factor: 5 }],
    variants: [
      variant(
        'volley',
        'Volley, 2 workers',
        () => pool.run(evaluate, expr, batch),
        (vector) => cellsOfVectors([vector]),
      ),
      ...others.variants,
    ],
    missing: others.missing,
    close: async () => void (await Promise.all([pool.close(), others.close()])),
  })
}

const cellsOfBytes = async (bytes: Uint8Array): Promise<Cells> =>
  cellsOfVectors([await evaluateExpr(decodeExpr(bytes), batchOf(0))])

export const encodeFirst: WorkloadMaker = async () => {
  const others = await peers('encode', ['pool'])
  let made = 0
  return workload({
    name: 'encode-expr',
    title: 'encode an expression with a new closure',
    work: 'a function with another captured value each time, made, called with a column, and encoded',
    unit: 'µs',
    size: 1,
    repeat: 300,
    warmRounds: 3,
    goals: [{ against: 'datafusion', factor: 2 }],
    variants: [
      variant(
        'volley',
        'Volley',
        () => {
          made += 1
          return encodeExpr(expression(made))
        },
        cellsOfBytes,
      ),
      ...others.variants,
    ],
    missing: others.missing,
    close: others.close,
  })
}

export const encodeAgain: WorkloadMaker = async () => {
  const others = await peers('again', ['pool'])
  const expr = expression(1.19)
  return workload({
    name: 'encode-expr-again',
    title: 'encode the same expression again',
    work: 'its closure cannot change, so its bytes are kept',
    unit: 'µs',
    size: 1,
    repeat: 2000,
    warmRounds: 3,
    goals: [{ against: 'datafusion', factor: 50 }],
    variants: [variant('volley', 'Volley', () => encodeExpr(expr), cellsOfBytes), ...others.variants],
    missing: others.missing,
    close: others.close,
  })
}

export const vectorFunction: WorkloadMaker = async () => {
  const session = new SessionContext({ workers: 2 })
  const rate = 0.25
  const byVector = udf(
    (delays: Vector, distances: Vector) => {
      const [delay, distance] = [delays.toArray() as Float64Array, distances.toArray() as Float64Array]
      const points = new Float64Array(delay.length)
      for (let row = 0; row < points.length; row++) points[row] = (distance[row] ?? 0) * rate + (delay[row] ?? 0)
      return points
    },
    [float64, float64],
    float64,
    { name: 'points', mode: 'vector', volatility: 'immutable' },
  )
  const byRow = udf((delay: number, distance: number) => distance * rate + delay, [float64, float64], float64, {
    name: 'points_of_row',
    volatility: 'immutable',
  })
  const job = (call: typeof byRow) => {
    const points = call(col('delay').cast(float64), col('distance').cast(float64))
    return session.readParquet(flightsFile).aggregate([], [f.sum(points).alias('sum'), f.max(points).alias('max')])
  }
  const [vectorJob, rowJob] = [job(byVector), job(byRow)]
  const others = await peers('vector', ['flights'], flightsFile)
  return workload({
    name: 'vector-udf',
    title: 'a vectorised function over 3 million flights',
    work: 'of two columns of a Parquet file, its results summed, with their maximum; two workers against two threads',
    unit: 'ms',
    size: 3_000_000,
    warmRounds: 2,
    goals: [{ against: 'datafusion', factor: 1.3 }],
    variants: [
      variant('volley', 'Volley, 2 workers', () => vectorJob.collect(), flat),
      variant('volley', 'Volley, 2 workers, called per row', () => rowJob.collect(), flat, { aside: true }),
      ...others.variants,
    ],
    missing: others.missing,
    close: async () => void (await Promise.all([session.close(), others.close()])),
  })
}

/** One row as one column, as the peer lists its numbers. */
function flat(table: Parameters<typeof cellsOfArrow>[0]): Cells {
  return cellsOfColumns([cellsOfArrow(table).columns.flatMap(({ values }) => [...values])])
}

const root = fileURLToPath(new URL('../../..', import.meta.url))
const script = fileURLToPath(new URL('../children/cold-start.mjs', import.meta.url))

export const coldStart: WorkloadMaker = async () => {
  execFileSync(process.execPath, ['release/build.ts'], { cwd: root, stdio: 'ignore' })
  const built = new URL('../../../dist/runtime/index.js', import.meta.url).href
  const once = async (place: 'pool' | 'ray', engine: 'datafusion' | 'ray'): Promise<Variant | undefined> =>
    (await pythonOnce(place)) === undefined
      ? undefined
      : variant(engine, labels[place], () => pythonOnce(place), cellsOfNumber)
  const others = [await once('pool', 'datafusion'), await once('ray', 'ray')]
  return workload({
    name: 'cold-start',
    title: 'start, one small task, end',
    work: 'a process of its own, with two workers: from starting it to its end; ours from the built package',
    unit: 'ms',
    size: rows,
    goals: [{ against: 'datafusion', factor: 2 }],
    variants: [
      variant('volley', 'Volley', () => lastNumber(process.execPath, [script, built]), cellsOfNumber),
      ...others.filter((other) => other !== undefined),
    ],
    missing: [labels.pool, labels.ray].filter((_, at) => others[at] === undefined),
  })
}

const cellsOfNumber = (value: number | undefined): Cells => cellsOfColumns([[value ?? null]])
