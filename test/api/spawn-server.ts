// `volley` for a test: run to its end, or serving until the test has ended; none of its workers may outlive it.

import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { childrenOf, spawnVolley, startServer } from './server-process.ts'
import { dataRoot, isAlive, token, until } from './with-server.ts'

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
  const all = ['--workers', '2', '--data-root', dataRoot, ...args]
  if (!args.includes('--state-dir')) {
    const state = await mkdtemp(join(tmpdir(), 'volley-state-'))
    t.teardown(() => rm(state, { recursive: true, force: true }))
    all.push('--state-dir', state)
  }
  const server = await startServer(all, { VOLLEY_TOKEN: token, VOLLEY_LOG_LEVEL: 'silent', VOLLEY_DRAIN: '1' })
  const { url, pid, stderr } = server
  const stop: SpawnedServer['stop'] = async (signal) => {
    const workers = childrenOf(pid)
    server.kill(signal)
    const code = await server.exit
    if (!(await until(() => !workers.some(isAlive)))) throw new Error(`processes left behind: ${workers}`)
    return { code, workers }
  }
  t.teardown(async () => {
    if (!server.hasEnded()) await stop('SIGTERM')
  })
  const ask = async (path: string): Promise<unknown> => {
    const response = await fetch(url + path, { headers: { authorization: `Bearer ${token}` } })
    return response.json()
  }
  return { url, pid, stderr, ask, stop }
}
