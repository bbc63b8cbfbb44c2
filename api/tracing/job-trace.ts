// The spans of a job: one of its own, from its acceptance to its end, with its wait, its planning and its tasks below it,
// and below each task what its worker told of it.

import { type Context, type Span as OtelSpan, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api'
import { clock, type JobRecorder, type Span, type SpanName, type TaskRecorder } from '../../runtime/trace/spans.ts'
import { tracer } from './tracer.ts'

export class JobTrace implements JobRecorder {
  readonly #span: OtelSpan
  readonly #context: Context
  readonly #startedAt = clock()

  private constructor(span: OtelSpan, context: Context) {
    this.#span = span
    this.#context = context
  }

  /**
   * Begins the span of a job.
   *
   * @param parent - The request's; absent where no request waits any more.
   * @returns Undefined where nobody records it: nothing is measured then.
   */
  static start(jobId: string, parent: Context = ROOT_CONTEXT): JobTrace | undefined {
    const span = tracer().startSpan('job', { attributes: { 'volley.job.id': jobId } }, parent)
    return span.isRecording() ? new JobTrace(span, trace.setSpan(parent, span)) : undefined
  }

  /** Its turn has come. */
  admitted(): void {
    addSpan('admission', this.#startedAt, clock(), this.#context)
  }

  add(name: SpanName, startMs: number): void {
    addSpan(name, startMs, clock(), this.#context)
  }

  task(task: number): TaskRecorder {
    const attributes = { 'volley.task': task }
    return {
      add: (name, startMs) => {
        addSpan(name, startMs, clock(), this.#context, attributes)
      },
      addWorker: (pid, spans) => this.#addWorker(spans, { ...attributes, 'process.pid': pid }),
    }
  }

  /** @param errorCode - If it did not succeed. What an error says may hold what users wrote. */
  end(status: string, errorCode: string | undefined): void {
    this.#span.setAttribute('volley.job.status', status)
    if (errorCode !== undefined) {
      this.#span.setAttribute('error.type', errorCode)
      this.#span.setStatus({ code: SpanStatusCode.ERROR, message: errorCode })
    }
    this.#span.end()
  }

  #addWorker(spans: readonly Span[], attributes: Readonly<Record<string, number>>): void {
    if (spans.length === 0) return
    const begin = Math.min(...spans.map(([, startMs]) => startMs))
    const end = Math.max(...spans.map(([, startMs, durationMs]) => startMs + durationMs))
    const task = addSpan('task', begin, end, this.#context, attributes)
    for (const [name, startMs, durationMs] of spans) addSpan(name, startMs, startMs + durationMs, task, attributes)
  }
}

/** @returns What spans below it are below. */
function addSpan(
  name: string,
  startTime: number,
  endTime: number,
  parent: Context,
  attributes: Readonly<Record<string, number>> = {},
): Context {
  const span = tracer().startSpan(name, { startTime, attributes }, parent)
  span.end(endTime)
  return trace.setSpan(parent, span)
}
