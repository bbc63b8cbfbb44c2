// Watches a worker's resident memory from outside: heap limits do not count array buffers.
// It only looks; what to do about it is the caller's.

import { readFile } from 'node:fs/promises'
import { ResourceError } from '../../functions/errors.ts'

const pollMs = 100

/** Calls `onOver` once when the process `pid` holds more than `maxRssBytes`. Without a limit it does nothing. */
export function watchMemory(
  pid: number,
  maxRssBytes: number | undefined,
  onOver: (error: ResourceError) => void,
): Disposable {
  if (maxRssBytes === undefined) return { [Symbol.dispose]() {} }
  const timer = setInterval(async () => {
    const rss = await residentBytes(pid)
    if (rss === undefined || rss <= maxRssBytes || stopped) return
    stop()
    onOver(overLimit(pid, rss, maxRssBytes))
  }, pollMs)
  let stopped = false
  const stop = () => {
    stopped = true
    clearInterval(timer)
  }
  return { [Symbol.dispose]: stop }
}

/** Resident memory of a process, or undefined where the system does not tell (only Linux does, without a process of its own). */
export async function residentBytes(pid: number): Promise<number | undefined> {
  if (process.platform !== 'linux') return undefined
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
}

function overLimit(pid: number, rss: number, maxRssBytes: number): ResourceError {
  const message = `Cannot finish the task: worker ${pid} holds ${rss} bytes of memory; the limit maxRssBytes is ${maxRssBytes}`
  return new ResourceError('memory_limit', message, { details: { pid, rssBytes: rss, maxRssBytes } })
}
