// What takes time in a task's life, as spans that both processes record while a trace is wanted. Nothing is recorded, and
// no clock is read, where no recorder is given.

/**
 * What a span is about: the steps of a task, in their order, in the parent up to `send`, in the worker up to `write`, in the
 * parent again. See docs/guide/looking-at-jobs.md.
 */
export type SpanName =
  | 'start'
  | 'plan'
  | 'encode'
  | 'queue'
  | 'send'
  | 'receive'
  | 'decode'
  | 'revive'
  | 'compile'
  | 'run'
  | 'write'
  | 'read'

/** All of them that a worker records. */
export const workerSpanNames: readonly SpanName[] = ['receive', 'decode', 'revive', 'compile', 'run', 'write']

/** A span's name, its beginning in milliseconds since 1970, and its duration in milliseconds. */
export type Span = readonly [name: SpanName, startMs: number, durationMs: number]

/** Takes spans as they end. */
export interface SpanRecorder {
  /**
   * Records a span that ends now.
   *
   * @param name - What it is about.
   * @param startMs - Its beginning, in milliseconds since 1970.
   */
  add(name: SpanName, startMs: number): void
}

/** Takes the spans of one task: those of this process as they end, those of its worker once the task has ended there. */
export interface TaskRecorder extends SpanRecorder {
  /**
   * Records what took the worker time.
   *
   * @param pid - The worker's process id.
   * @param spans - At most 500.
   */
  addWorker(pid: number, spans: readonly Span[]): void
}

/** Takes the spans of one job, and gives each of its tasks a recorder. */
export interface JobRecorder extends SpanRecorder {
  /** @param task - Which of the job's tasks, from 0. */
  task(task: number): TaskRecorder
}

/** Milliseconds since 1970 with their fractions: processes of one machine agree on them. */
export const clock = (): number => performance.timeOrigin + performance.now()

const nothing: Disposable = { [Symbol.dispose]: () => {} }

/** A span from now to its disposal. */
export function span(recorder: SpanRecorder | undefined, name: SpanName): Disposable {
  if (recorder === undefined) return nothing
  const startMs = clock()
  return { [Symbol.dispose]: () => recorder.add(name, startMs) }
}

/** Both as one; undefined for none, so that no clock is read. */
export function both(first: SpanRecorder | undefined, second: SpanRecorder | undefined): SpanRecorder | undefined {
  if (first === undefined || second === undefined) return first ?? second
  return {
    add: (name, startMs) => {
      first.add(name, startMs)
      second.add(name, startMs)
    },
  }
}

/** More spans of a task are left out: they travel in one message. */
export const maxSpans = 500

/** The spans of one task, in its worker. */
export class TaskSpans implements SpanRecorder {
  readonly #spans: Span[] = []

  add(name: SpanName, startMs: number): void {
    if (this.#spans.length < maxSpans) this.#spans.push([name, startMs, Math.max(0, clock() - startMs)])
  }

  get spans(): readonly Span[] {
    return this.#spans
  }
}
