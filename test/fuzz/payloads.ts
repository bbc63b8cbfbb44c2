// Real payloads of every family, and how they are decoded: what fuzzing starts from.

import * as arrow from 'apache-arrow'
import { col, decodeExpr, encodeExpr, functions as f, float64, lit, SessionContext, udf, utf8, when } from 'volley'
import type { AggregateUdf, Udf, WindowUdf } from '../../functions/contract/udf.ts'
import { ArtifactCollector, type ArtifactSource } from '../../runtime/codec/artifacts.ts'
import { decodeCall, decodeResults, encodeCall, encodeTarget, ResultEncoder } from '../../runtime/codec/call-codec.ts'
import { captureClosure } from '../../runtime/codec/closure/index.ts'
import { decodeProgram, decodeTask, TaskEncoder } from '../../runtime/codec/task-codec.ts'
import { decodeUdf, encodeUdf } from '../../runtime/codec/udf-codec.ts'
import { decodeJob } from '../../runtime/job/job-codec.ts'
import type { Task } from '../../runtime/program/task.ts'

export interface Subject {
  readonly name: string
  readonly bytes: Uint8Array
  /** What a receiver does with it before any code is revived. */
  decode(bytes: Uint8Array): unknown
}

const open = new SessionContext()
const strict = open.withUdfInlining({ enabled: false })
const rate = 1.19
const gross = udf((net: number) => net * rate, [float64], float64, { name: 'gross' })

class Total {
  total = 0
  add(value: number): void {
    this.total += value
  }
  merge(totals: readonly number[]): void {
    for (const total of totals) this.total += total
  }
  state(): readonly number[] {
    return [this.total]
  }
  evaluate(): number {
    return this.total
  }
}
const { name: _, family: _family, nulls: _nulls, mode: _mode, ...common } = gross.definition
const total: AggregateUdf = {
  ...common,
  name: 'total',
  family: 'aggregate',
  nulls: 'skip',
  retracts: false,
  state: [{ name: 'total', type: float64, nullable: false, metadata: { unit: 'EUR' } }],
  body: { kind: 'live', fn: Total },
}
const ranks: WindowUdf = { ...common, name: 'ranks', family: 'window', body: { kind: 'live', fn: Total } }

const samples = [
  col('a').add(1).gt(lit(2.5)).and(col('b').isNotNull()),
  when(col('a').isIn([1, 2n, 'x', null]), f.upper(col('s'))).otherwise('no'),
  f.sum(col('a')).filter(col('b').eq(true)),
  f.sum(col('a')).over({ partitionBy: [col('b')], orderBy: [col('c').desc()] }),
  lit(new Uint8Array(100).fill(7)).eq(col('bytes').cast('binary')),
  gross(col('net')).add(gross(col('tax'))),
]

const sampleTask: Task = {
  source: {
    kind: 'partition',
    spec: { kind: 'memory', bytes: new Uint8Array(100) },
    partition: { slices: [{ range: [0, 1] }], bytes: 100 },
    columns: ['net'],
    schema: [{ name: 'net', type: float64, nullable: true }],
    predicate: [],
  },
  program: [
    { op: 'filter', condition: col('net').gt(1).node },
    { op: 'project', columns: [{ name: 'gross', node: gross(col('net')).node }] },
    { op: 'sort', keys: [{ kind: 'sort', input: col('gross').node, descending: true, nullsFirst: true }] },
    { op: 'limit', offset: 0, count: 10 },
    { op: 'rowIds', name: '#row' },
    { op: 'reorder', name: '#row' },
    { op: 'exchange', by: 'hash', keys: [gross(col('gross')).node], partitions: 3 },
  ],
  partitionIndex: 0,
  writes: { start: true, end: true },
  maxMemoryBytes: 1e9,
}
const { task, artifacts } = new TaskEncoder([sampleTask.program], open).encode(sampleTask)

const program = artifacts.at(-1)?.bytes ?? new Uint8Array(0)

const args = [
  {
    exprs: [samples[0], samples.at(-1)],
    table: arrow.tableFromArrays({ a: Int32Array.from([1, 2]) }),
    list: new Set([1n]),
  },
]
const call = encodeCall(
  encodeTarget(function scale(a: number) {
    return a * rate
  }, open),
  args,
  open,
)

const results = new ResultEncoder(open)
results.add('scale', { rows: [1, 'ü', null, new Date(0), new Float64Array(20)], args })

const job = new SessionContext()
  .fromColumns({ a: [1, 2], b: ['x', null] })
  .filter('a > 1')
  .select(gross(col('a')).alias('gross'))
  .toBytes(open)

/** Where a receiver of the task or the call finds their artifacts. */
const held: ArtifactSource = {
  artifact: (hash) => [...artifacts, ...call.artifacts].find((artifact) => artifact.hash === hash)?.bytes,
}

const expressions: readonly Subject[] = samples.map((expr) => ({
  name: `expression ${expr}`,
  bytes: encodeExpr(expr, open),
  // As the server does it: decode, then look at the whole tree.
  decode: (bytes) => [decodeExpr(bytes, open).canonicalName(), decodeExpr(bytes, strict)],
}))
const functions: readonly Subject[] = [gross.definition, total, ranks].flatMap((definition: Udf) => {
  const beside = new ArtifactCollector()
  const frame = encodeUdf(definition, open, beside)
  const source: ArtifactSource = {
    artifact: (hash) => beside.artifacts.find((artifact) => artifact.hash === hash)?.bytes,
  }
  return [
    {
      name: `${definition.family} function`,
      bytes: encodeUdf(definition, open),
      decode: (bytes) => decodeUdf(bytes, definition.family, open),
    },
    {
      name: `${definition.family} function whose body is an artifact`,
      bytes: frame,
      decode: (bytes) => decodeUdf(bytes, definition.family, open, source),
    },
  ] satisfies readonly Subject[]
})

const registry = new SessionContext()
registry.registerUdf(gross)

export const subjects: readonly Subject[] = [
  ...expressions,
  ...functions,
  {
    name: 'function by name',
    bytes: encodeUdf(gross.definition, strict),
    decode: (bytes) => decodeUdf(bytes, 'scalar', registry),
  },
  {
    name: 'task',
    bytes: task,
    decode: (bytes) => decodeProgram(decodeTask(bytes, held, open).programBytes, held, open),
  },
  {
    name: 'program',
    bytes: program,
    decode: (bytes) => decodeProgram(bytes, held, open),
  },
  { name: 'call', bytes: call.task, decode: (bytes) => decodeCall(bytes, held, open).args(0) },
  { name: 'job', bytes: job, decode: (bytes) => decodeJob(bytes, open) },
  {
    name: 'result',
    bytes: results.finish(),
    decode: (bytes) => decodeResults(bytes, open),
  },
]

export const closure = captureClosure(gross.definition.body.kind === 'live' ? gross.definition.body.fn : utf8).bytes
