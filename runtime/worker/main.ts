// The entry of a worker process: the task loop around the engine. Everything a worker loads hangs on this file.

import { runTask } from '../run-task.ts'
import { startTaskLoop } from './task-loop.ts'

startTaskLoop(runTask)
