// The entry of a worker process: the task loop around the engine. Everything that a worker loads is imported from here.

import { createRequire } from 'node:module'
import { setFlagsFromString } from 'node:v8'
import { loadFrameRuntimeBy } from '../codec/frame-runtime.ts'
import { installRuntime } from '../evaluate/expr-runtime.ts'
import { loadContext } from './load-context.ts'
import { installModuleHooks } from './module-hooks.ts'
import { runWork } from './run-work.ts'
import { startTaskLoop } from './task-loop.ts'

// Batches lie outside V8's heap. By default every 64 MiB of them cause a full collection, dozens a second and a third of
// the time of some jobs; counted with the heap, they cause one once memory has grown by a fraction of what is alive.
setFlagsFromString('--external-memory-accounted-in-global-limit')
setFlagsFromString('--initial-heap-size=64')

// Sessions that user code makes in here must not fork workers of their own.
process.env.VOLLEY_WORKER = '1'
installModuleHooks()
installRuntime()
// Most workers never see a DataFrame.
loadFrameRuntimeBy(() => createRequire(import.meta.url)('volley'))
startTaskLoop(runWork, { loadContext })
