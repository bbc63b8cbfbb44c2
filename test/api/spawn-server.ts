// `volley serve` as a process of its own, ended after the test; none of its workers may outlive it.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { dataRoot, isAlive, token, until } from './with-server.ts'

const command = fileURLToPath(new URL('../../api/cli/volley.js', import.meta.url))

export interface SpawnedServer {
  readonly url: string
  readonly pid: number
  /** Everything it wrote to stderr so far. */
  stderr(): string
  /** A GET whose answer is JSON. */
  ask(path: string): Promise<unknown>
  /** Ends it; its exit code and the workers it had. */
  stop(signal: NodeJS.Signals): Promise<{ readonly code: number | null; readonly workers: readonly number[] }>
}

/** The few variables that a process under test gets of ours, and `env`. */
export function fewVariables(env: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const { PATH, HOME, NODE_COMPILE_CACHE } = process.env
  return { PATH, HOME, NODE_COMPILE_CACHE, ...env }
}

/** Starts the command without waiting for anything. */
export function spawnVolley(args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
  return spawn(process.execPath, [command, ...args], { env: fewVariables(env), stdio: ['pipe', 'pipe', 'pipe'] })
}

/** Runs the command to its end. */
export async function volley(
  args: readonly string[],
  { input = '', env = {} as Readonly<Record<string, string>> } = {},
) {
  const child = spawnVolley(args, env)
  const out = { stdout: '', stderr: '' }
  child.stdout?.on('data', (text) => {
    out.stdout += text
  })
  child.stderr?.on('data', (text) => {
    out.stderr += text
  })
  child.stdin?.on('error', () => {}).end(input)
  const [code] = await once(child, 'close')
  return { code, ...out }
}

export async function spawnServer(t: Test, args: readonly string[] = []): Promise<SpawnedServer> {
  const all = ['serve', '--port', '0', '--workers', '2', '--data-root', dataRoot, ...args]
  if (!args.includes('--state-dir')) {
    const state = await mkdtemp(join(tmpdir(), 'volley-state-'))
    t.teardown(() => rm(state, { recursive: true, force: true }))
    all.push('--state-dir', state)
  }
  const child = spawnVolley(all, { VOLLEY_TOKEN: token, VOLLEY_LOG_LEVEL: 'silent', VOLLEY_DRAIN: '1' })
  const { pid = 0 } = child
  const exit = once(child, 'exit') as Promise<[number | null]>
  let stderr = ''
  child.stderr?.on('data', (text) => {
    stderr += text
  })
  child.stdout?.resume()
  const stop: SpawnedServer['stop'] = async (signal) => {
    const workers = childrenOf(pid)
    child.kill(signal)
    const [code] = await exit
    if (!(await until(() => !workers.some(isAlive)))) throw new Error(`processes left behind: ${workers}`)
    return { code, workers }
  }
  t.teardown(async () => {
    if (child.exitCode === null && child.signalCode === null) await stop('SIGTERM')
  })
  const listening = /^listening on (http:\S+)$/m
  if (!(await until(() => listening.test(stderr) || child.exitCode !== null))) throw new Error(stderr)
  const url = listening.exec(stderr)?.[1]
  if (url === undefined) throw new Error(`the server did not start: ${stderr}`)
  const ask = async (path: string): Promise<unknown> => {
    const response = await fetch(url + path, { headers: { authorization: `Bearer ${token}` } })
    return response.json()
  }
  return { url, pid, stderr: () => stderr, ask, stop }
}

/** The process ids of a process's children (Linux; elsewhere none are known). */
export function childrenOf(pid: number): readonly number[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((candidate) => parentOf(candidate) === pid)
}

function parentOf(pid: number): number | undefined {
  try {
    return Number(/\) \S (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1])
  } catch {
    return undefined
  }
}
