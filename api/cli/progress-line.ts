// One line on a terminal that says how far a job has come. Where there is no terminal it prints nothing.

import { grouped } from '../../runtime/data/print-table.ts'
import type { JobProgress } from '../../runtime/scheduler/job-metrics.ts'

const BAR_CELLS = 24
const EVERY_MS = 100

export class ProgressLine implements Disposable {
  readonly #out: NodeJS.WriteStream
  readonly #startedAt = performance.now()
  #drawnAt = Number.NEGATIVE_INFINITY
  #stopped = false

  constructor(out: NodeJS.WriteStream = process.stderr) {
    this.#out = out
  }

  update(progress: JobProgress): void {
    const now = performance.now()
    if (this.#stopped || !this.#out.isTTY || now - this.#drawnAt < EVERY_MS) return
    this.#drawnAt = now
    this.#out.write(`\r\x1b[K${progressText(progress, now - this.#startedAt)}`)
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#drawnAt > 0) this.#out.write('\r\x1b[K')
    this.#drawnAt = Number.NEGATIVE_INFINITY
  }

  /** For results that go to the same terminal while the job runs. */
  stop(): void {
    this.clear()
    this.#stopped = true
  }

  [Symbol.dispose](): void {
    this.clear()
  }
}

/** `[#####-----]  45 %  1,350,000 of 3,000,000 rows, 2,700,000 rows/s`. */
function progressText({ rowsRead, rowsTotal, tasksDone, tasks }: JobProgress, elapsedMs: number): string {
  const fraction = rowsTotal === undefined || rowsTotal === 0 ? tasksDone / tasks : rowsRead / rowsTotal
  const cells = Math.round(Math.min(1, fraction) * BAR_CELLS)
  const bar = `[${'#'.repeat(cells)}${'-'.repeat(BAR_CELLS - cells)}]`
  const rows = rowsTotal === undefined ? grouped(rowsRead) : `${grouped(rowsRead)} of ${grouped(rowsTotal)}`
  const rate = Math.round(rowsRead / Math.max(0.001, elapsedMs / 1000))
  return `${bar} ${String(Math.floor(Math.min(1, fraction) * 100)).padStart(3)} %  ${rows} rows, ${grouped(rate)} rows/s`
}
