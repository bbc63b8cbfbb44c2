// Sends spans to an OpenTelemetry collector, for `volley serve`. The SDK is loaded only where traces are wanted; what it
// can be told besides the address, it reads from the variables that OpenTelemetry names (OTEL_EXPORTER_OTLP_HEADERS …).

import { DiagLogLevel, diag, trace } from '@opentelemetry/api'
import { version } from '../version.ts'

/** Each says that traces are wanted, and where they go. */
const variables = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']

/**
 * Begins to export the spans of this process, unless it has a tracer provider already.
 *
 * @param endpoint - Of a collector that takes OTLP over HTTP: `http://127.0.0.1:4318`. Default: the variables'.
 * @returns To be disposed of at the end: what was not sent yet is sent then.
 */
export async function exportTraces(endpoint: string | undefined): Promise<AsyncDisposable | undefined> {
  if (endpoint === undefined && !variables.some((name) => process.env[name])) return undefined
  const [sdk, resources, { OTLPTraceExporter }] = await Promise.all([
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/exporter-trace-otlp-http'),
  ])
  const own = resources.resourceFromAttributes({ 'service.name': 'volley', 'service.version': version() })
  const given = resources.detectResources({ detectors: [resources.envDetector] })
  const exporter = new OTLPTraceExporter(
    endpoint === undefined ? {} : { url: `${endpoint.replace(/\/+$/, '')}/v1/traces` },
  )
  const provider = new sdk.TracerProvider({
    resource: own.merge(given),
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter })],
  })
  if (!trace.setGlobalTracerProvider(provider)) return undefined
  diag.setLogger({ ...silent, error: warn }, { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true })
  return { [Symbol.asyncDispose]: () => provider.shutdown() }
}

const ignore = (): void => {}
const silent = { warn: ignore, info: ignore, debug: ignore, verbose: ignore }

function warn(message: string): void {
  process.emitWarning(`Cannot export traces: ${message}; look at --otlp-endpoint`, { type: 'VolleyWarning' })
}
