// Watches a worker at work from outside, by what the system tells of its process: the memory it holds, as heap limits do
// not count array buffers, and whether it was stopped, which nothing else tells from a long computation. It only looks;
// what to do about it is the caller's.

import { readFile } from 'node:fs/promises'
import { ResourceError, type VolleyError } from '../../functions/errors.ts'
import { stopped } from './faults.ts'

/** With a limit of memory; without one there is less hurry. */
const memoryPollMs = 100
const statePollMs = 500
/** Somebody may stop a process for a moment, to look at it. */
const maxStoppedMs = 1500

/** What the system tells of a process. */
interface ProcessState {
  readonly rssBytes: number
  /** A signal stopped it, and none has continued it. */
  readonly isStopped: boolean
}

/** Calls `onFault` once when the process `pid` holds more than `maxRssBytes`, or stays stopped. Linux only. */
export function watchProcess(
  pid: number,
  maxRssBytes: number | undefined,
  onFault: (error: VolleyError) => void,
): Disposable {
  let stoppedSince: number | undefined
  const timer = setInterval(
    async () => {
      const state = await processState(await innermost(pid))
      if (state === undefined || isOver) return
      stoppedSince = state.isStopped ? (stoppedSince ?? performance.now()) : undefined
      const error = faultOf(state)
      if (error === undefined) return
      end()
      onFault(error)
    },
    maxRssBytes === undefined ? statePollMs : memoryPollMs,
  )
  const faultOf = ({ rssBytes }: ProcessState): VolleyError | undefined => {
    if (maxRssBytes !== undefined && rssBytes > maxRssBytes) return overLimit(pid, rssBytes, maxRssBytes)
    return stoppedSince !== undefined && performance.now() - stoppedSince > maxStoppedMs ? stopped(pid) : undefined
  }
  let isOver = false
  const end = () => {
    isOver = true
    clearInterval(timer)
  }
  return { [Symbol.dispose]: end }
}

/** Resident memory of a worker, or undefined where the system does not tell. */
export async function residentBytes(pid: number): Promise<number | undefined> {
  return (await processState(await innermost(pid)))?.rssBytes
}

/** The worker itself, where a sandbox is around it: each of its processes has one child, and the worker has none. */
async function innermost(pid: number): Promise<number> {
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')
  if (name.trim() !== 'bwrap') return pid
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')
  const [child] = children.split(' ').filter((text) => text !== '')
  return child === undefined ? pid : innermost(Number(child))
}

/** Undefined where the system does not tell: only Linux does, without a process of its own. */
async function processState(pid: number): Promise<ProcessState | undefined> {
  if (process.platform !== 'linux') return undefined
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]
  if (kilobytes === undefined) return undefined
  return { rssBytes: Number(kilobytes) * 1024, isStopped: /^State:\s+T/m.test(status) }
}

function overLimit(pid: number, rss: number, maxRssBytes: number): ResourceError {
  const message = `Cannot finish the task: worker ${pid} holds ${rss} bytes of memory; the limit maxRssBytes is ${maxRssBytes}`
  return new ResourceError('memory_limit', message, { details: { pid, rssBytes: rss, maxRssBytes } })
}
