// datafusion-python as a yardstick, where `VOLLEY_BENCH_PYTHON` names a Python that has it (and, for Ray's rows, Ray). It
// works in processes of its own; what crosses to it and back for each measurement is a short line each way.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const python = process.env.VOLLEY_BENCH_PYTHON
const script = fileURLToPath(new URL('../children/datafusion_peer.py', import.meta.url))

/** Where expressions are evaluated: in `multiprocessing.Pool(2)`, in two Ray actors, or over the flights in its own process. */
export type PythonPlace = 'pool' | 'ray' | 'flights'

/** What `datafusion_peer.py` can be asked for. */
export type PythonWork = 'map' | 'one' | 'encode' | 'again' | 'vector'

export class PythonPeer {
  readonly #child: ChildProcess
  readonly #lines: AsyncIterator<string>
  /** Version of datafusion, or of Ray. */
  readonly version: string

  private constructor(child: ChildProcess, lines: AsyncIterator<string>, version: string) {
    this.#child = child
    this.#lines = lines
    this.version = version
  }

  /** Starts one; undefined when what it needs is not installed. */
  static async start(place: PythonPlace, ...args: readonly string[]): Promise<PythonPeer | undefined> {
    if (python === undefined) return undefined
    const child = spawn(python, [script, place, ...args], { stdio: ['pipe', 'pipe', 'ignore'] })
    const started = await once(child, 'spawn').catch(() => undefined)
    if (started === undefined) return undefined
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
    const first = await lines.next()
    return first.done === true ? undefined : new PythonPeer(child, lines, JSON.parse(first.value))
  }

  /** Does the work so many times. */
  async run(work: PythonWork, times = 1): Promise<void> {
    await this.#ask({ do: work, times })
  }

  /** The numbers that the last work gave. */
  async values(): Promise<readonly number[]> {
    return (await this.#ask({ do: 'values' })) as readonly number[]
  }

  async close(): Promise<void> {
    const ended = once(this.#child, 'exit')
    this.#child.stdin?.end()
    await ended
  }

  async #ask(question: object): Promise<unknown> {
    this.#child.stdin?.write(`${JSON.stringify(question)}\n`)
    const { value, done } = await this.#lines.next()
    if (done === true) throw new Error(`${script} ended with ${this.#child.exitCode}`)
    return JSON.parse(value)
  }
}

/** Starts Python, does one task in a worker, and ends: the sum of what it gave. Undefined when that is not installed. */
export async function pythonOnce(place: 'pool' | 'ray'): Promise<number | undefined> {
  return python === undefined ? undefined : lastNumber(python, [script, place, 'cold'])
}

/** The number that a process prints last. */
export async function lastNumber(command: string, args: readonly string[]): Promise<number | undefined> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  let printed = ''
  child.stdout.on('data', (chunk) => {
    printed += chunk
  })
  const [code] = await once(child, 'close').catch(() => [undefined])
  return code === 0 ? Number(printed.trim().split('\n').at(-1)) : undefined
}
