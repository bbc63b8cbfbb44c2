// Names of processes that no later process has, whatever ids are used again: what is called after its process can be
// told to be left behind.

import { readFileSync } from 'node:fs'
import { isRunning } from './is-running.ts'

/** When a process started, as Linux counts it; 0 where that cannot be known. */
function startOf(pid: number | 'self'): string {
  try {
    // Behind the program's name, which may hold anything: the 20th field.
    return (
      readFileSync(`/proc/${pid}/stat`, 'latin1')
        .replace(/^.*\) /s, '')
        .split(' ')[19] ?? '0'
    )
  } catch {
    return '0'
  }
}

/** This process, as digits and a hyphen. */
export const processName = `${process.pid}-${startOf('self')}`

/** Whether a process may still be there that called itself so, on this machine. */
export function mayBeRunning(name: string): boolean {
  const [pid, start] = name.split('-')
  if (!isRunning(Number(pid))) return false
  const known = startOf(Number(pid))
  return known === '0' || start === '0' || known === start
}
