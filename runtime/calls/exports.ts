// The functions that a worker-context module exports, as types: what can be called by name.

/** A worker context of which nothing is known: any name, with any arguments. */
export interface AnyExports {
  readonly [name: string]: (...args: readonly unknown[]) => unknown
}

/** Names of the functions among the exports of a module. */
export type ExportName<Exports> = {
  [Name in keyof Exports]: Exports[Name] extends (...args: never) => unknown ? Name : never
}[keyof Exports] &
  string

/** The arguments of an exported function. */
export type ExportArgs<Exports, Name extends keyof Exports> = Exports[Name] extends (...args: infer Args) => unknown
  ? Args
  : never

/** What an exported function returns, awaited. */
export type ExportResult<Exports, Name extends keyof Exports> = Exports[Name] extends (...args: never) => infer Result
  ? Awaited<Result>
  : never
