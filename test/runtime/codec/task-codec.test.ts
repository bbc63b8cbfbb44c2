// Tasks on the wire: the tasks of a job share their program's bytes, and a receiver knows a program by its hash.

import t from 'tap'
import { col, functions as f, float64, int64, udf, utf8 } from 'volley'
import { field } from '../../../functions/types/type.ts'
import type { CodecContext } from '../../../runtime/codec/context.ts'
import { encodeEnvelope } from '../../../runtime/codec/envelope.ts'
import { encodeGraph } from '../../../runtime/codec/graph-codec.ts'
import { decodeProgram, decodeTask, TaskEncoder } from '../../../runtime/codec/task-codec.ts'
import type { Program } from '../../../runtime/program/program.ts'
import type { Task } from '../../../runtime/task.ts'

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
  writes: { start: slice === 0, end: true },
  maxMemoryBytes: 1000,
})

t.test('decodeTask() gives back what the encoder had, the program still in bytes', (t) => {
  const { programBytes, programHash, ...rest } = decodeTask(new TaskEncoder(open).encode(task(0)), open)
  const { program: _, ...wanted } = task(0)
  t.same(rest, wanted)
  t.same(decodeProgram(programBytes, open), program)
  t.match(programHash, /^[0-9a-f]{64}$/)
  t.end()
})

t.test('a merge task has no partition', (t) => {
  const merge: Task = {
    source: { kind: 'merge', schema: [field('a', int64)] },
    program,
    writes: { start: true, end: true },
    maxMemoryBytes: 1,
  }
  t.same(decodeTask(new TaskEncoder(open).encode(merge), open).source, merge.source)
  t.end()
})

t.test('the tasks of a job have one program, by its hash', (t) => {
  const encoder = new TaskEncoder(open)
  const [first, second] = [task(0, withUdf), task(1, withUdf)].map((one) => decodeTask(encoder.encode(one), open))
  t.equal(first?.programHash, second?.programHash)
  t.notSame(first?.source, second?.source)
  t.equal(
    decodeTask(new TaskEncoder(open).encode(task(5, withUdf)), open).programHash,
    first?.programHash,
    'also in the next job',
  )
  t.not(decodeTask(encoder.encode(task(0)), open).programHash, first?.programHash)
  t.end()
})

t.test('a strict receiver reads the task and refuses the code in its program', (t) => {
  const encoded = new TaskEncoder(open).encode(task(0, withUdf))
  t.equal(encoded[9], 1, 'the header says that there is code')
  const decoded = decodeTask(encoded, strict)
  t.throws(() => decodeProgram(decoded.programBytes, strict), {
    code: 'wire_inline_refused',
    details: { function: 'gross' },
  })
  t.equal(new TaskEncoder(strict).encode(task(0, withUdf))[9], 0)
  t.end()
})

t.test('decodeTask() and decodeProgram() refuse what is none', (t) => {
  const encoded = new TaskEncoder(open).encode(task(0, withUdf))
  for (let length = 0; length < encoded.length; length += 3) {
    t.throws(() => decodeTask(encoded.subarray(0, length), open), { code: /^wire_/ }, `${length} bytes`)
  }
  for (const payload of [null, 5, {}, { source: {} }, { ...task(0), program: 5 }, { ...task(0), writes: undefined }]) {
    const bytes = encodeEnvelope('VLYTASK', 0, encodeGraph(payload, open).payload)
    t.throws(() => decodeTask(bytes, open), {
      code: 'wire_damaged',
      message: 'Cannot read a task: the payload is none',
    })
  }
  const wrong = [
    {},
    [5],
    [{ op: 'filter' }],
    [{ op: 'nothing' }],
    [{ op: 'limit', offset: -1, count: 1 }],
    [{ op: 'filter', condition: { kind: 'nothing' } }],
  ]
  for (const payload of wrong)
    t.throws(
      () => decodeProgram(encodeGraph(payload, open).payload, open),
      { code: 'wire_damaged' },
      JSON.stringify(payload),
    )
  t.end()
})
