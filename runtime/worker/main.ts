// The entry of a worker process: the task loop around the engine. Everything a worker loads hangs on this file.

import { runWork } from '../run-work.ts'
import { installDoors } from './doors.ts'
import { loadContext } from './load-context.ts'
import { startTaskLoop } from './task-loop.ts'

// Sessions that user code makes in here must not fork workers of their own.
process.env.VOLLEY_WORKER = '1'
installDoors()
startTaskLoop(runWork, { loadContext })
