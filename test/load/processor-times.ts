// The processor time that a server's threads and workers have used, as Linux counts it.

import { readdirSync, readFileSync } from 'node:fs'
import { childrenOf } from '../api/server-process.ts'

/** In milliseconds. */
export interface ProcessorTimes {
  readonly client: number
  /** The thread that speaks HTTP, its garbage included. */
  readonly main: number
  /** The server's other threads: the store, V8's and the file system's. */
  readonly threads: number
  readonly workers: number
}

/** Linux counts in ticks of 10 ms. */
const TICK_MS = 10

/** What they have used so far. */
export function processorTimes(server: number): ProcessorTimes {
  const { user, system } = process.cpuUsage()
  const main = timeOf(`/proc/${server}/task/${server}/stat`)
  const all = readdirSync(`/proc/${server}/task`).map((id) => timeOf(`/proc/${server}/task/${id}/stat`))
  const workers = childrenOf(server).map((pid) => timeOf(`/proc/${pid}/stat`))
  return { client: (user + system) / 1000, main, threads: sum(all) - main, workers: sum(workers) }
}

/** What they have used between two moments. */
export const since = (before: ProcessorTimes, after: ProcessorTimes): ProcessorTimes => ({
  client: after.client - before.client,
  main: after.main - before.main,
  threads: after.threads - before.threads,
  workers: after.workers - before.workers,
})

function timeOf(path: string): number {
  try {
    // Behind the name, which may hold anything: the 12th and 13th field.
    const fields = readFileSync(path, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS
  } catch {
    return 0
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
