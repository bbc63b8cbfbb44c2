// Where spans go: to whatever OpenTelemetry's API has been given in this process, by `--import` of a user's own SDK or by
// export-traces.ts. Without it they go nowhere and cost next to nothing.

import { type Tracer, trace } from '@opentelemetry/api'
import { version } from '../version.ts'

/** Asked for each time: a provider may come after a server was built. */
export const tracer = (): Tracer => trace.getTracer('volley', version())
