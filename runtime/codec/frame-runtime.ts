// DataFrames among other values: the codec knows that they are DataFrames and what to ask; what they are, runtime/ installs,
// as it does for expressions. A worker loads it with the first one that comes.

import type { CodecContext } from '../../functions/contract/codec-context.ts'
import { InternalError } from '../../functions/errors.ts'

/** DataFrames to bytes and back. */
export interface FrameRuntime {
  readonly toBytes: (frame: unknown, context: CodecContext) => Uint8Array
  readonly fromBytes: (bytes: Uint8Array, context: CodecContext) => unknown
}

/** Marks DataFrames, whichever copy of the library made them. */
export const frameBrand = Symbol.for('volley.DataFrame')

export const isFrame = (value: unknown): boolean => typeof value === 'object' && value !== null && frameBrand in value

let installed: FrameRuntime | undefined
let load = (): void => {}

export function installFrameRuntime(runtime: FrameRuntime): void {
  installed = runtime
}

/** @param loader - Loads the modules that install the runtime, when it is first asked for. */
export function loadFrameRuntimeBy(loader: () => void): void {
  load = loader
}

/** @throws {InternalError} When no runtime is installed, nor can be. */
export function frameRuntime(): FrameRuntime {
  if (installed === undefined) load()
  if (installed !== undefined) return installed
  throw new InternalError('Cannot ship a DataFrame: no runtime is installed; import from "volley"')
}
