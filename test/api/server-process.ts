// `volley` as a process of its own: its command, and a server that it starts, for tests and for scripts.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const command = fileURLToPath(new URL('../../api/cli/volley.js', import.meta.url))
const START_MS = 60_000

/** The few variables that a process under test gets of ours, and `env`. */
export function fewVariables(env: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const { PATH, HOME, NODE_COMPILE_CACHE } = process.env
  return { PATH, HOME, NODE_COMPILE_CACHE, ...env }
}

/** Starts the command without waiting for anything. */
export function spawnVolley(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  nodeFlags: readonly string[] = [],
): ChildProcess {
  const all = [...nodeFlags, command, ...args]
  return spawn(process.execPath, all, { env: fewVariables(env), stdio: ['pipe', 'pipe', 'pipe'] })
}

export interface ServerProcess {
  readonly url: string
  readonly pid: number
  /** Everything it wrote to stderr so far. */
  stderr(): string
  /** Its exit code, once it has ended; null where a signal has ended it. */
  readonly exit: Promise<number | null>
  hasEnded(): boolean
  kill(signal: NodeJS.Signals): void
}

/**
 * Starts `volley serve` on a free port, unless the arguments name one, and waits until it listens.
 *
 * @throws {Error} With what it said, when it does not.
 */
export async function startServer(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  nodeFlags: readonly string[] = [],
): Promise<ServerProcess> {
  const child = spawnVolley(['serve', '--port', '0', ...args], env, nodeFlags)
  const exit = once(child, 'exit').then(([code]) => code as number | null)
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null
  let stderr = ''
  child.stderr?.on('data', (text) => {
    stderr += text
  })
  child.stdout?.resume()
  const listening = /^listening on (http:\S+)$/m
  for (const end = performance.now() + START_MS; !listening.test(stderr); await delay(10)) {
    if (!hasEnded() && performance.now() < end) continue
    child.kill('SIGKILL')
    throw new Error(`the server did not start: ${stderr}`)
  }
  const [, url = ''] = listening.exec(stderr) ?? []
  const kill = (signal: NodeJS.Signals): void => void child.kill(signal)
  return { url, pid: child.pid ?? 0, stderr: () => stderr, exit, hasEnded, kill }
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
