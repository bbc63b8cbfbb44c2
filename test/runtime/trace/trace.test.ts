// Timelines: what is in the file, in which process, and that spans of a worker nest.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { col, float64, SessionContext, udf, WorkerPool } from 'volley'
import { volley } from '../../api/spawn-server.ts'

t.setTimeout(120_000)

interface TraceEvent {
  readonly name: string
  readonly ph: 'b' | 'e' | 'X' | 'M'
  readonly pid: number
  readonly tid: number
  readonly ts: number
  readonly id?: number
  readonly dur?: number
  readonly args?: { readonly name?: string; readonly task?: number }
}

const directory = mkdtempSync(join(tmpdir(), 'volley-trace-'))
t.teardown(() => rmSync(directory, { recursive: true }))

const rate = 1.19
const gross = udf((net: number) => net * rate, [float64], float64, { name: 'gross' })

function eventsIn(file: string): readonly TraceEvent[] {
  return JSON.parse(readFileSync(file, 'utf8')) as readonly TraceEvent[]
}

const namesOf = (events: readonly TraceEvent[], pid: number, ph: TraceEvent['ph']): string[] => [
  ...new Set(events.filter((event) => event.pid === pid && event.ph === ph).map(({ name }) => name)),
]

t.test('a session with a trace writes the spans of both processes', async (t) => {
  const file = join(directory, 'job.json')
  const ctx = new SessionContext({ workers: 1, trace: file })
  const job = ctx.fromColumns({ net: [1, 2] }, { net: float64 }).select(gross(col('net')).alias('gross'))
  t.same((await job.collectColumns()).gross, [1.19, 2.38])
  await job.collect()
  await ctx.close()

  const events = eventsIn(file)
  const worker = events.find(({ name }) => name === 'compile')?.pid ?? 0
  t.not(worker, process.pid)
  t.strictSame(namesOf(events, process.pid, 'b').toSorted(), ['encode', 'plan', 'queue', 'read', 'send', 'start'])
  t.strictSame(namesOf(events, worker, 'X').toSorted(), ['compile', 'decode', 'receive', 'revive', 'run', 'write'])
  t.strictSame(
    events.filter(({ ph }) => ph === 'M').map(({ args }) => args?.name),
    ['volley', `volley worker ${worker}`],
  )
  t.equal(events.filter(({ name }) => name === 'compile').length, 1, 'the second run finds the program compiled')
  t.strictSame([...new Set(events.filter(({ ph }) => ph === 'X').map(({ args }) => args?.task))], [1, 2])
})

t.test('every span that begins ends, later; those of a worker follow or contain each other', async (t) => {
  const file = join(directory, 'calls.json')
  const pool = WorkerPool.fork({ workers: 2, trace: pathToFileURL(file) })
  t.same(await pool.map((n: number) => n + 1, [1, 2, 3, 4]), [2, 3, 4, 5])
  await t.rejects(
    pool.run(() => {
      throw new Error('no')
    }),
  )
  await pool.close()

  const events = eventsIn(file)
  const ends = new Map(events.filter(({ ph }) => ph === 'e').map((event) => [event.id, event]))
  for (const { id, ts, name } of events.filter(({ ph }) => ph === 'b')) {
    const end = ends.get(id)
    t.equal(end?.name, name)
    t.ok((end?.ts ?? 0) >= ts)
  }
  const spans = events.filter(({ ph }) => ph === 'X')
  t.ok(spans.length > 10)
  for (const one of spans) {
    for (const other of spans) {
      if (one.pid !== other.pid || one.ts > other.ts) continue
      const [end, otherEnd] = [one.ts + (one.dur ?? 0), other.ts + (other.dur ?? 0)]
      t.ok(other.ts >= end - 2 || otherEnd <= end + 2, `${one.name} and ${other.name}`)
    }
  }
})

t.test('a session of this process alone is one process in its trace', async (t) => {
  const file = join(directory, 'in-process.json')
  const ctx = new SessionContext({ backend: 'in-process', trace: file })
  t.equal(await ctx.fromColumns({ n: [1, 2] }).count(), 2)
  await ctx.close()
  const events = eventsIn(file)
  t.strictSame([...new Set(events.map(({ pid }) => pid))], [process.pid])
  t.strictSame(
    ['plan', 'encode', 'decode', 'compile', 'run', 'write', 'read'].filter((name) =>
      events.every((e) => e.name !== name),
    ),
    [],
  )
})

t.test('--trace writes the file, and says why it cannot', async (t) => {
  const file = join(directory, 'cli.json')
  const ran = await volley(['sql', 'select 1 as n', '--workers', '1', '--trace', file])
  t.equal(ran.stdout.trim(), '{"n":1}')
  t.ok(eventsIn(file).some(({ name }) => name === 'run'))
  const failed = await volley(['sql', 'select 1 as n', '--trace', join(directory, 'nowhere', 'x.json')])
  t.not(failed.code, 0)
  t.match(failed.stderr, /Cannot write the trace ".*nowhere\/x\.json": ENOENT/)
})

t.test('what is no file is refused', async (t) => {
  t.throws(() => WorkerPool.fork({ trace: 1 as never }), { code: 'invalid_argument', details: { option: 'trace' } })
  t.throws(() => new SessionContext({ trace: new URL('https://example.org/x') }), { code: 'invalid_argument' })
  const ctx = new SessionContext({ trace: join(directory, 'nowhere', 'x') })
  await t.rejects(ctx.fromColumns({ n: [1] }).count(), { code: 'output_unwritable' })
  await ctx.close()
  t.throws(() => WorkerPool.fork({ trace: join(directory, 'nowhere', 'x') }), { code: 'output_unwritable' })
  await using pool = WorkerPool.fork({ workers: 1 })
  t.throws(() => new SessionContext({ backend: pool.backend, trace: 'x.json' }), { code: 'invalid_argument' })
})
