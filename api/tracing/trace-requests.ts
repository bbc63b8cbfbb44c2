// A span for each request, below the one that its client names in `traceparent`; the log lines of the request and its reply
// have its trace id, whether or not anybody records spans.

import {
  type Context,
  createTraceState,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { addToLog } from '../operations/request-log.ts'
import { responseClosed } from '../response-closed.ts'
import { tracer } from './tracer.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** What spans of the work for it are below. */
    traceContext: Context | undefined
  }
}

/** Traces every request; to be added before whatever may refuse one. */
export function addRequestTraces(app: FastifyInstance): void {
  app.decorateRequest('traceContext', undefined)
  app.addHook('onRequest', async (request, reply) => {
    const { method, routeOptions } = request
    const attributes = { 'http.request.method': method, 'http.route': routeOptions.url ?? '' }
    const name = `${method} ${routeOptions.url ?? ''}`.trim()
    const parent = parentOf(request)
    const span = tracer().startSpan(name, { kind: SpanKind.SERVER, attributes }, parent)
    request.traceContext = trace.setSpan(parent, span)
    const { traceId, spanId, traceFlags } = span.spanContext()
    if (Number.parseInt(traceId, 16) > 0) {
      addToLog(request, reply, { traceId })
      reply.header('traceresponse', `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`)
    }
    void responseClosed(reply.raw).then(() => {
      span.setAttribute('http.response.status_code', reply.statusCode)
      if (reply.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
      span.end()
    })
  })
}

/** @see https://www.w3.org/TR/trace-context/ */
function parentOf({ headers: { traceparent, tracestate } }: FastifyRequest): Context {
  const [, traceId = '', spanId = '', flags = ''] =
    /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/.exec(String(traceparent)) ?? []
  if (traceId === '') return ROOT_CONTEXT
  const remote: SpanContext = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true }
  return trace.setSpanContext(ROOT_CONTEXT, {
    ...remote,
    ...(typeof tracestate === 'string' ? { traceState: createTraceState(tracestate) } : {}),
  })
}
