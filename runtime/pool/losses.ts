// How workers ended that nobody had told to, as far as their exit and their last words tell.

import type { Exit } from './exit.ts'

/**
 * What became of a worker that ended without having been told to: it ran out of heap; a signal that it cannot have caused
 * ended it, such as the SIGKILL of a system that is out of memory; one that it caused did, such as SIGSEGV; it exited.
 */
export type LossKind = 'out_of_heap' | 'killed' | 'crashed' | 'exited'

/** @param output - The last that it printed on stderr. */
export function lossKindOf({ signal }: Exit, output: string): LossKind {
  if (isOutOfHeap(output)) return 'out_of_heap'
  if (signal === null) return 'exited'
  return crashSignals.has(signal) ? 'crashed' : 'killed'
}

/** Whether a process said before its end that it had no heap left. */
export const isOutOfHeap = (output: string): boolean =>
  /JavaScript heap out of memory|Array buffer allocation failed.*FATAL/s.test(output)

/** Signals by which a process ends itself. */
export const crashSignals: ReadonlySet<NodeJS.Signals> = new Set([
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGILL',
  'SIGSEGV',
  'SIGSYS',
  'SIGTRAP',
])

/** How many there were of each kind. */
export class Losses {
  readonly #counts: Record<LossKind, number> = { out_of_heap: 0, killed: 0, crashed: 0, exited: 0 }

  add(kind: LossKind): void {
    this.#counts[kind] += 1
  }

  get counts(): Readonly<Record<LossKind, number>> {
    return { ...this.#counts }
  }
}
