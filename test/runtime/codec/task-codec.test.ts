// Tasks on the wire: the tasks of a job refer to one program, an artifact of them all, and a receiver knows it by its hash.

import t from 'tap'
import { col, functions as f, float64, int64, udf, utf8 } from 'volley'
import type { CodecContext } from '../../../functions/contract/codec-context.ts'
import { field } from '../../../functions/types/type.ts'
import { type EncodedTask, noArtifacts } from '../../../runtime/codec/artifacts.ts'
import { decodeEnvelope, encodeEnvelope } from '../../../runtime/codec/envelope.ts'
import { decodeGraph, encodeGraph } from '../../../runtime/codec/graph-codec.ts'
import { decodeProgram, decodeTask, TaskEncoder } from '../../../runtime/codec/task-codec.ts'
import type { Program } from '../../../runtime/program/program.ts'
import type { Task } from '../../../runtime/program/task.ts'

const open: CodecContext = { udfInlining: true, findUdf: () => undefined, udfNames: () => [] }
const strict: CodecContext = { ...open, udfInlining: false }
const gross = udf((net: number) => net * 1.19, [float64], float64, { name: 'gross' })

const program: Program = [
  { op: 'filter', condition: col('a').gt(1).node },
  { op: 'project', columns: [{ name: 'x', node: f.upper(col('s')).node }] },
  { op: 'sort', keys: [{ kind: 'sort', input: col('x').node, descending: false, nullsFirst: false }], limit: 5 },
  { op: 'limit', offset: 1, count: 4 },
]
const withUdf: Program = [{ op: 'project', columns: [{ name: 'x', node: gross(col('a')).node }] }]

/** Decodes a task that came with its artifacts. */
const decode = ({ task: bytes, artifacts }: EncodedTask, context = open) =>
  decodeTask(bytes, { artifact: (hash) => artifacts.find((artifact) => artifact.hash === hash)?.bytes }, context)

const task = (slice: number, steps = program): Task => ({
  source: {
    kind: 'partition',
    spec: { kind: 'memory', bytes: Uint8Array.from({ length: 100 }, (_, i) => i + slice) },
    partition: { slices: [{ range: [slice, slice + 1] }], rows: 10, bytes: 100 },
    columns: ['a', 's'],
    schema: [field('a', int64), field('s', utf8, false, { k: 'v' })],
    predicate: [{ column: 'a', min: 2n }],
  },
  program: steps,
  partitionIndex: slice,
  writes: { start: slice === 0, end: true },
  maxMemoryBytes: 1000,
})

t.test('decodeTask() gives back what the encoder had, the program still in bytes', (t) => {
  const { programBytes, programHash, ...rest } = decode(new TaskEncoder([program, withUdf], open).encode(task(0)))
  const { program: _, ...wanted } = task(0)
  t.same(rest, wanted)
  t.same(decodeProgram(programBytes, noArtifacts, open), program)
  t.match(programHash, /^[0-9a-f]{64}$/)
  t.end()
})

t.test('a task of a later stage has no partition', (t) => {
  const later: Task = {
    source: { kind: 'results', schema: [field('a', int64)] },
    program,
    partitionIndex: 2,
    writes: { start: true, end: true },
    maxMemoryBytes: 1,
  }
  const { source, partitionIndex } = decode(new TaskEncoder([program, withUdf], open).encode(later))
  t.same({ source, partitionIndex }, { source: later.source, partitionIndex: 2 })
  t.end()
})

t.test('the tasks of a job have one program, and so has the next job', (t) => {
  const encoder = new TaskEncoder([program, withUdf], open)
  const [first, second] = [encoder.encode(task(0, withUdf)), encoder.encode(task(1, withUdf))]
  t.equal(first.artifacts, second.artifacts)
  t.notSame(decode(first).source, decode(second).source)
  t.same(new TaskEncoder([program, withUdf], open).encode(task(5, withUdf)).artifacts, first.artifacts)
  t.equal(decode(first).programHash, decode(second).programHash)
  t.not(decode(encoder.encode(task(0))).programHash, decode(first).programHash)
  t.end()
})

t.test('a task alone is small, whatever its program', (t) => {
  const heavy = new Uint8Array(100_000)
  const weigh = udf((a: number) => a + heavy.length, [float64], float64, { name: 'weigh' })
  const program: Program = [{ op: 'project', columns: [{ name: 'x', node: weigh(col('a')).node }] }]
  const { task: bytes, artifacts } = new TaskEncoder([program, withUdf], open).encode(task(0, program))
  t.ok(bytes.length < 1000, `${bytes.length} bytes`)
  t.ok(artifacts.reduce((sum, artifact) => sum + artifact.bytes.length, 0) > heavy.length)
  t.end()
})

t.test('grouping sets travel, and are refused where they name keys that there are not', (t) => {
  const op = (sets: unknown) => ({
    op: 'aggregate',
    phase: 'partial',
    by: [{ name: 'a', node: col('a').node }],
    sets,
    aggregates: [],
    schema: [field('a', int64)],
  })
  const decode = (sets: unknown) =>
    decodeProgram(encodeEnvelope('VLYPROG', 0, encodeGraph([op(sets)], open).payload), noArtifacts, open)
  const sets = { name: '#set', keys: [[0], []] }
  t.same(decode(sets), [op(sets)])
  const wrong = [5, {}, { name: '#set', keys: 5 }, { name: '#set', keys: [5] }, { name: 5, keys: [] }]
  for (const key of [1, -1, 0.5, '0', null]) wrong.push({ name: '#set', keys: [[key]] } as never)
  for (const each of wrong) t.throws(() => decode(each), { code: 'wire_damaged' }, JSON.stringify(each))
  t.end()
})

t.test('a strict receiver reads the task and refuses the code in its program', (t) => {
  const encoded = new TaskEncoder([program, withUdf], open).encode(task(0, withUdf))
  t.equal(encoded.task[9], 1, 'the header says that there is code')
  const decoded = decode(encoded, strict)
  t.throws(() => decodeProgram(decoded.programBytes, noArtifacts, strict), {
    code: 'wire_inline_refused',
    details: { function: 'gross' },
  })
  t.equal(new TaskEncoder([program, withUdf], strict).encode(task(0, withUdf)).task[9], 0)
  t.end()
})

t.test('decodeTask() names an artifact that is missing, and refuses one of another length', (t) => {
  const { task: bytes, artifacts } = new TaskEncoder([withUdf], open).encode(task(0))
  const [program] = artifacts
  t.throws(() => decodeTask(bytes, noArtifacts, open), {
    code: 'wire_missing_part',
    message: /^Cannot read the program of a task: its artifact [0-9a-f]{12} is not here/,
    details: { artifact: program?.hash },
  })
  t.throws(() => decodeTask(bytes, { artifact: () => program?.bytes.subarray(1) }, open), {
    code: 'wire_damaged',
    message: /^Cannot read the program of a task: its artifact has \d+ bytes, \d+ are wanted$/,
  })
  t.end()
})

t.test('decodeTask() and decodeProgram() refuse other payloads', (t) => {
  const { task: encoded, artifacts } = new TaskEncoder([program, withUdf], open).encode(task(0, withUdf))
  for (let length = 0; length < encoded.length; length += 3) {
    t.throws(() => decode({ task: encoded.subarray(0, length), artifacts }), { code: /^wire_/ }, `${length} bytes`)
  }
  const none = 'Cannot read a task: the payload is not one'
  const noReference = 'Cannot read the program of a task: its reference to an artifact is malformed'
  for (const [payload, message] of [
    [null, none],
    [5, none],
    [{}, none],
    [{ source: {} }, none],
    [{ ...task(0), writes: undefined }, none],
    [{ ...task(0), program: 5 }, noReference],
    [{ ...task(0), program: new Uint8Array(35) }, noReference],
  ]) {
    const bytes = encodeEnvelope('VLYTASK', 0, encodeGraph(payload, open).payload)
    t.throws(() => decode({ task: bytes, artifacts }), { code: 'wire_damaged', message })
  }
  const { program: reference } = decodeGraph(decodeEnvelope(encoded, 'VLYTASK').payload, open) as { program: unknown }
  const text = (json: string) => Buffer.from(json)
  for (const source of [
    5,
    null,
    [],
    { kind: 'results' },
    { kind: 'results', schema: [field('a', int64)] },
    { kind: 'results', schema: Uint8Array.from(text('[')) },
    { kind: 'results', schema: Uint8Array.from(text('5')) },
    { kind: 'results', schema: Uint8Array.from(text('[5]')) },
    { kind: 'results', schema: Uint8Array.from(text('[{"name":"a"}]')) },
    { kind: 'partition', partition: { slices: [], schema: 5 }, schema: Uint8Array.from(text('[]')) },
  ]) {
    const { payload } = encodeGraph({ ...task(0), source, program: reference }, open)
    const message = /Cannot read a task: (its schema is damaged|it has no source)/
    const bytes = encodeEnvelope('VLYTASK', 0, payload)
    t.throws(() => decode({ task: bytes, artifacts }), { code: 'wire_damaged', message })
  }
  const column = { kind: 'column', name: 'a' }
  const wrong = [
    {},
    [5],
    [{ op: 'filter' }],
    [{ op: 'nothing' }],
    [{ op: 'limit', offset: -1, count: 1 }],
    [{ op: 'limit', offset: 0 }],
    [{ op: 'project', columns: [{ node: column }] }],
    [{ op: 'project', columns: [{ name: 'a', node: 5 }] }],
    [{ op: 'window', windows: [{ name: 'a', node: column }] }],
    [{ op: 'sort', keys: [column] }],
    [{ op: 'sort', keys: [], limit: 'a' }],
    [{ op: 'rowIds' }],
    [{ op: 'aggregate', phase: 'first', by: [], aggregates: [], schema: [] }],
    [{ op: 'aggregate', phase: 'single', by: [], aggregates: [column], schema: [] }],
    [{ op: 'aggregate', phase: 'single', by: [], aggregates: [], schema: ['a'] }],
    [{ op: 'aggregate', phase: 'single', by: [], sets: { name: 's', keys: [[0]] }, aggregates: [], schema: [] }],
    [{ op: 'exchange', by: 'hash', keys: [column], partitions: 0 }],
    [
      { op: 'exchange', by: 'hash', keys: [column], partitions: 1 },
      { op: 'limit', offset: 0, count: 1 },
    ],
    [{ op: 'filter', condition: { kind: 'nothing' } }],
  ]
  for (const payload of wrong)
    t.throws(
      () => decodeProgram(encodeEnvelope('VLYPROG', 0, encodeGraph(payload, open).payload), noArtifacts, open),
      { code: 'wire_damaged' },
      JSON.stringify(payload),
    )
  t.end()
})

t.test('decodeProgram() says which operation it does not know', (t) => {
  const { payload } = encodeGraph([{ op: 'unnest' }], open)
  t.throws(() => decodeProgram(encodeEnvelope('VLYPROG', 0, payload), noArtifacts, open), {
    code: 'wire_damaged',
    message: 'Cannot read a program: this worker knows no operation "unnest", register it in the worker context',
  })
  t.end()
})
