// What happens to a job, as Server-Sent Events that go on where they stopped when the connection breaks off.

import type { LogStream } from '../../runtime/backend.ts'
import type { JobProgress } from '../../runtime/scheduler/job-metrics.ts'
import type { Problem } from '../errors.ts'
import type { JobResource, JobStatus } from '../jobs/job-record.ts'
import type { Connection } from './connection.ts'
import { brokenOff, isLost } from './failures.ts'
import type { EventOptions } from './options.ts'

/** Something that happened to a job; `id` grows. */
export type JobEvent =
  | {
      readonly id: number
      readonly event: 'status'
      readonly data: { readonly status: JobStatus; readonly error?: Problem }
    }
  | { readonly id: number; readonly event: 'progress'; readonly data: JobProgress }
  | { readonly id: number; readonly event: 'log'; readonly data: { readonly stream: LogStream; readonly text: string } }

const isFinal = (status: JobStatus): boolean => status !== 'queued' && status !== 'running'

/** @param path - Of the job. */
export async function* followEvents(
  connection: Connection,
  path: string,
  { signal, after = 0 }: EventOptions,
): AsyncGenerator<JobEvent, void, undefined> {
  const backoff = connection.backoff(signal)
  for (let last = after; ; ) {
    const headers = { accept: 'text/event-stream', ...(last > 0 ? { 'last-event-id': String(last) } : {}) }
    const response = await connection.open({ path: `${path}/events`, headers, signal, isIdempotent: true })
    let failure: unknown = brokenOff(connection.url)
    try {
      for await (const event of eventsIn(connection.bytesOf(response, signal))) {
        last = event.id
        backoff.reset()
        yield event
        if (event.event === 'status' && isFinal(event.data.status)) return
      }
      // The end may have been among those that were known before.
      const { status } = await connection.json<JobResource>({ path, signal, isIdempotent: true })
      if (isFinal(status)) return
    } catch (error) {
      if (!isLost(error)) throw error
      failure = error
    }
    await backoff.pause(failure)
  }
}

/** @see https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream */
async function* eventsIn(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<JobEvent, void, undefined> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of bytes) {
    text += decoder.decode(chunk, { stream: true })
    const blocks = text.split(/\r?\n\r?\n/)
    text = blocks.pop() ?? ''
    for (const block of blocks) {
      const event = eventOf(block)
      if (event !== undefined) yield event
    }
  }
}

/** Undefined for comments, and for what only says how soon to come again. */
function eventOf(block: string): JobEvent | undefined {
  const fields = Object.fromEntries(block.split(/\r?\n/).map((line) => /^(\w*):? ?(.*)$/.exec(line)?.slice(1) ?? []))
  const { id, event, data } = fields as Readonly<Record<string, string | undefined>>
  if (data === undefined) return undefined
  return { id: Number(id), event, data: JSON.parse(data) } as JobEvent
}
