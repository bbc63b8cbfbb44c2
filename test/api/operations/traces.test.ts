// Spans of a server in an application that has set up an OpenTelemetry SDK of its own: they go there. How they reach a
// collector, and what workers add to them, is in stopping.test.ts.

import { trace } from '@opentelemetry/api'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { test } from 'tap'
import { SessionContext } from 'volley'
import { buildServer } from 'volley/api'
import { exportTraces } from '../../../api/tracing/export-traces.ts'
import { JobTrace } from '../../../api/tracing/job-trace.ts'
import { until } from '../with-server.ts'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const parent = 'b7ad6b7169203331'

test('spans go to the SDK that a process has', { timeout: 60_000 }, async (t) => {
  t.equal(JobTrace.start('a-job'), undefined, 'nothing is measured for nobody')
  const exporter = new InMemorySpanExporter()
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }))
  t.teardown(() => trace.disable())
  t.equal(await exportTraces('http://127.0.0.1:1'), undefined, 'what the process has set up stays')

  const session = new SessionContext({ backend: 'in-process', log: 'ignore' })
  const app = buildServer({ tokens: ['a-token'], session })
  t.teardown(() => app.close())
  const post = (traceparent: string, payload: string) =>
    app.inject({
      method: 'POST',
      url: '/v1/jobs',
      headers: { authorization: 'Bearer a-token', 'content-type': 'application/sql', traceparent },
      payload,
    })
  const spansOf = async (traceparent: string, sql: string) => {
    exporter.reset()
    const { headers } = await post(traceparent, sql)
    // A job ends a little after the last byte of its reply: once that is on record.
    if (!traceparent.endsWith('-00')) await until(() => exporter.getFinishedSpans().some(({ name }) => name === 'job'))
    const spans = exporter.getFinishedSpans()
    return { headers, spans, named: (name: string) => spans.find((span) => span.name === name) }
  }

  const failed = await spansOf(`00-${traceId}-${parent}-01`, "select 1 / (length('a secret') - 8) as x")
  const [request, job] = [failed.named('POST /v1/jobs'), failed.named('job')]
  t.equal(failed.headers.traceresponse, `00-${traceId}-${request?.spanContext().spanId}-01`, 'the reply names the span')
  t.match(request, { parentSpanContext: { traceId, spanId: parent, isRemote: true } })
  t.match(request?.attributes, { 'http.request.method': 'POST', 'http.response.status_code': 422 })
  t.equal(job?.parentSpanContext?.spanId, request?.spanContext().spanId)
  t.match(job?.attributes, { 'volley.job.status': 'failed', 'error.type': 'division_by_zero' })
  t.match(job?.status, { code: 2, message: 'division_by_zero' })
  t.notMatch(JSON.stringify(failed.spans.map(({ attributes, status }) => [attributes, status])), 'secret')

  for (const wrong of [
    '',
    `00-${'0'.repeat(32)}-${parent}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `ff-${traceId}-${parent}-01`,
  ]) {
    const { named } = await spansOf(wrong, 'select 1 as one')
    t.equal(named('POST /v1/jobs')?.parentSpanContext, undefined, wrong)
  }
  const unsampled = await spansOf(`00-${traceId}-${parent}-00`, 'select 1 as one')
  t.strictSame(unsampled.spans, [], 'who does not sample its trace gets no spans')
})
