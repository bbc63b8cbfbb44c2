// The door of the closure codec: a value to bytes on the sender, bytes to a value in a worker. Revives code: a process
// that faces the network must never load this file, and takes capture-closure.ts instead.

export { type CapturedClosure, type CaptureOptions, captureClosure } from './capture-closure.ts'
export { type ClosureCode, type ClosureWireCode, closureCodes, closureWireCodes } from './errors.ts'
export type { ShippedEntry } from './report.ts'
export { type ReviveOptions, reviveClosure } from './revive.ts'
export type { ShippedType } from './walk.ts'
