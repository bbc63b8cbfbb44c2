// The entry point of the closure codec: a value to bytes on the sender, bytes to a value in a worker. It revives code, so a
// process that faces the network must never load this file; it takes capture-closure.ts instead.

export { type CapturedClosure, type CaptureOptions, captureClosure } from './capture/capture-closure.ts'
export { type ClosureCode, type ClosureWireCode, closureCodes, closureWireCodes } from './errors.ts'
export { type ReviveOptions, reviveClosure } from './revive/revive.ts'
export type { ShippedType } from './shipped-type.ts'
