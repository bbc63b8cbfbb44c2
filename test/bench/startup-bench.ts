// What starting a worker costs: from the spawning of the process to its `ready`, without and with what makes it fast,
// each next to an empty script in the same round. Run: node test/bench/startup-bench.ts [rounds]

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { encodeFrame } from '../../runtime/pool/frames.ts'
import { ForkPool } from '../../runtime/pool/pool.ts'
import { controlFd } from '../../runtime/pool/protocol.ts'
import { workerEntry } from '../../runtime/pool/worker-entry.ts'

const rounds = Number(process.argv[2] ?? 30)
const warmUps = 2
const directory = mkdtempSync(join(tmpdir(), 'volley-bench-'))
const empty = join(directory, 'empty.mjs')
writeFileSync(empty, `import { writeSync } from 'node:fs'\nwriteSync(${controlFd}, 'ready')\n`)

const lookUp = await timed(() => workerEntry())
const { url } = await workerEntry()
const bundle = fileURLToPath(url)
const plain = fileURLToPath(new URL('../../runtime/worker/main.ts', import.meta.url))
const context = new URL('../fixtures/contexts/rates.ts', import.meta.url).href
const compiled = { NODE_COMPILE_CACHE: join(directory, 'compiled') }

const cases: Record<string, () => Promise<number>> = {
  'an empty script': () => start(empty),
  'the bundle, cached code': () => start(bundle, compiled),
  'the bundle, no cached code': () => start(bundle),
  'the bundle, cached code, source maps on': () => start(bundle, compiled, ['--enable-source-maps']),
  'the bundle, cached code, with a worker context': () => start(bundle, compiled, [], context),
  'the sources, cached code': () => start(plain, compiled),
  'the sources, no cached code': () => start(plain),
  'a pool of one worker, as users start it': startPool,
}

const times = new Map<string, number[]>()
for (let round = 0; round < rounds + warmUps; round += 1) {
  for (const [name, run] of Object.entries(cases)) {
    const took = await run()
    if (round >= warmUps) times.set(name, [...(times.get(name) ?? []), took])
  }
}
rmSync(directory, { recursive: true })

const floor = median(times.get('an empty script') ?? [])
print('', ['lowest', 'median', 'to empty', 'more than empty'])
for (const [name, all] of times) {
  const middle = median(all)
  print(name, [ms(Math.min(...all)), ms(middle), `${(middle / floor).toFixed(2)} times`, ms(middle - floor)])
}
print('finding the bundle, first time in the parent', [ms(lookUp)])

/** From spawn to the first message, as the pool starts its workers but for the launcher and the result socket. */
async function start(
  file: string,
  env: NodeJS.ProcessEnv = {},
  flags: readonly string[] = [],
  workerContext?: string,
): Promise<number> {
  const startedAt = performance.now()
  const child = spawn(process.execPath, [...flags, file], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit', 'pipe', 'pipe', 'pipe'],
  })
  const control = child.stdio[controlFd as number] as unknown as Duplex
  control.on('error', () => {}) // the empty script does not read
  const ended = once(child, 'close')
  const said = once(control, 'data').then(([bytes]) => String(bytes))
  control.write(
    encodeFrame({ kind: 'start', ownGroup: false, ...(workerContext === undefined ? {} : { workerContext }) }),
  )
  const answer = await Promise.race([said, ended.then(() => 'nothing')])
  const took = performance.now() - startedAt
  if (!answer.includes('ready')) throw new Error(`Cannot measure ${file}: it says ${answer}`)
  control.write(encodeFrame({ kind: 'exit' }))
  await ended
  return took
}

async function startPool(): Promise<number> {
  const startedAt = performance.now()
  await using pool = ForkPool.fork({ workers: 1 })
  await pool.ready()
  return performance.now() - startedAt
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

function median(all: readonly number[]): number {
  return [...all].sort((a, b) => a - b)[all.length >> 1] ?? Number.NaN
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`
}

function print(name: string, figures: readonly string[]): void {
  console.log(name.padEnd(48) + figures.map((figure) => figure.padStart(16)).join(''))
}
