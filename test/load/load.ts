// `npm run load`: a server process under load, by a client on the same machine. Small jobs 64 at a time and 1,500 at once,
// then beside readers that take their time; whether every answer is its job's own, whether the server's own counts agree,
// and where the processor's time goes. `--quick` does a tenth of it. Fails when something is lost, doubled or mixed up.

import { mkdtemp, rm } from 'node:fs/promises'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startServer } from '../api/server-process.ts'
import { dataRoot, token } from '../api/with-server.ts'
import { Probe } from './probe.ts'
import { processorTimes, since } from './processor-times.ts'
import { SlowReaders } from './slow-readers.ts'
import { runSmallJobs } from './small-jobs.ts'

const { quick, node } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    /** A flag for the server's Node, such as `--cpu-prof`. */
    node: { type: 'string', multiple: true, default: [] },
  },
}).values
const scale = quick ? 0.1 : 1
/** The first jobs of a server are slow: modules are loaded and code is compiled. */
const warmUp = 1000
/** And as many without readers. */
const besideReaders = 1000

const state = await mkdtemp(join(tmpdir(), 'volley-load-'))
const server = await startServer(
  ['--workers', '2', '--data-root', dataRoot, '--state-dir', state],
  { VOLLEY_TOKEN: token, VOLLEY_LOG_LEVEL: 'silent' },
  node,
)
try {
  await measure()
} finally {
  server.kill('SIGTERM')
  await server.exit
  await rm(state, { recursive: true, force: true })
}

async function measure(): Promise<void> {
  await using probe = new Probe(server.url)
  const phase = phases(probe)
  await phase('warm-up', warmUp, 64)
  await phase('64 at a time', 10_000 * scale, 64)
  await phase('all at once', 1500 * scale, 1500 * scale)
  const alone = await phase('64 at a time, once more', besideReaders, 64)
  const [slow, idle] = [200 * scale, 20 * scale]
  using readers = await SlowReaders.open(server.url, { slow, idle })
  const beside = await phase(`beside ${slow} slow and ${idle} idle readers`, besideReaders, 64)
  const ratio = (beside.p99 / alone.p99).toFixed(2)
  console.log(
    `\np99 beside readers: ${ratio} times that without; of ${slow + idle} readers ${readers.reading} still read`,
  )
  const { latenciesMs } = probe
  const probed = `${latenciesMs.length} answers, p99 ${quantile(latenciesMs, 0.99).toFixed(1)} ms`
  console.log(`/livez: ${probed}, longest ${quantile(latenciesMs, 1).toFixed(1)} ms`)
  await checkJobs([...beside.jobIds, ...readers.jobIds])
}

/** Runs a phase and prints a line about it. Processor times are milliseconds per job. */
function phases(probe: Probe) {
  const agent = new Agent({ keepAlive: true })
  const columns = ['jobs', 'jobs/s', 'p50 ms', 'p99 ms', 'client', 'main', 'threads', 'workers', 'longest /livez ms']
  console.log(`| | ${columns.join(' | ')} |\n|---|${'---|'.repeat(columns.length)}`)
  const jobIds: string[] = []
  return async (name: string, count: number, atOnce: number) => {
    const before = processorTimes(server.pid)
    const probed = probe.latenciesMs.length
    const run = await runSmallJobs(server.url, agent, { first: jobIds.length, count, atOnce })
    const used = since(before, processorTimes(server.pid))
    jobIds.push(...run.jobIds)
    const [p50, p99] = [quantile(run.latenciesMs, 0.5), quantile(run.latenciesMs, 0.99)]
    const perJob = [used.client, used.main, used.threads, used.workers].map((time) => (time / count).toFixed(2))
    const livez = quantile(probe.latenciesMs.slice(probed), 1)
    const times = [p50, p99].map((time) => time.toFixed(0))
    const cells = [count, Math.round((1000 * count) / run.elapsedMs), ...times, ...perJob, livez.toFixed(0)]
    console.log(`| ${name} | ${cells.join(' | ')} |`)
    return { jobIds, p99 }
  }
}

function quantile(numbers: readonly number[], q: number): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN
}

/** The server has these jobs on record and no others, each of them once, and all of them have succeeded. */
async function checkJobs(expected: readonly string[]): Promise<void> {
  const missing = new Set(expected)
  const headers = { authorization: `Bearer ${token}` }
  let cursor: string | null = ''
  for (let path = '/v1/jobs?limit=1000'; cursor !== null; path = `/v1/jobs?limit=1000&cursor=${cursor}`) {
    const page = (await (await fetch(server.url + path, { headers })).json()) as JobPage
    for (const { id, status } of page.jobs) {
      if (!missing.delete(id)) throw new Error(`nobody sent job ${id}, or it is there twice`)
      if (status !== 'succeeded') throw new Error(`job ${id} is ${status}`)
    }
    cursor = page.next
  }
  if (missing.size > 0) throw new Error(`${missing.size} jobs are not on record: ${[...missing].slice(0, 5)}`)
  console.log(`${expected.length} jobs: each has its own answer and is on record once, as succeeded`)
}

interface JobPage {
  readonly jobs: readonly { readonly id: string; readonly status: string }[]
  readonly next: string | null
}
