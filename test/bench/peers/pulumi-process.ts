// Pulumi's serializer as a yardstick, where it is installed: its package brings 222 others, so it is no dependency.
// `VOLLEY_BENCH_PEERS` names a directory in which `npm install @pulumi/pulumi` was run. It works in a process of its own:
// it leaves V8's debugger enabled, which doubles the time of whoever reads closures in the same process. What crosses to
// it and back is a small message each way, a hundredth of its time.

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import vm from 'node:vm'
import { automatic, withRate } from '../data/closures.ts'

const packageName = '@pulumi/pulumi'
const directory = process.env.VOLLEY_BENCH_PEERS
const required = createRequire(directory === undefined ? import.meta.url : pathToFileURL(`${directory}/`))

/** What is shipped: a function, or `withRate` of a number. */
type Subject = 'automatic' | number

/** The version that is installed; undefined when none is. */
export function pulumiVersion(): string | undefined {
  try {
    return (required(`${packageName}/package.json`) as { readonly version: string }).version
  } catch {
    return undefined
  }
}

export class PulumiProcess {
  readonly #child: ChildProcess = fork(fileURLToPath(import.meta.url))

  /** The function as the text of a module. */
  async serialize(subject: Subject): Promise<string> {
    this.#child.send(subject)
    const [answer] = (await once(this.#child, 'message')) as [string]
    return answer
  }

  async close(): Promise<void> {
    this.#child.disconnect()
    if (this.#child.exitCode === null) await once(this.#child, 'exit')
  }
}

/** Runs the text of such a module, as whoever receives it does. V8 keeps compiled texts, too. */
export function runModule(text: string): unknown {
  const exports: { handler?: unknown } = {}
  const module = vm.runInThisContext(`(function (exports) {${text}\n})`) as (target: typeof exports) => void
  module(exports)
  return exports.handler
}

interface Pulumi {
  readonly runtime: { serializeFunction(fn: unknown): Promise<{ readonly text: string }> }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { runtime } = required(packageName) as Pulumi
  const rated = new Map<number, unknown>()
  const functionOf = (subject: Subject): unknown => {
    if (subject === 'automatic') return automatic
    if (!rated.has(subject)) rated.set(subject, withRate(subject))
    return rated.get(subject)
  }
  process.on('message', async (subject: Subject) => {
    const { text } = await runtime.serializeFunction(functionOf(subject))
    process.send?.(text)
  })
}
