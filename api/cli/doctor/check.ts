// What a check of this machine is, and what it may find.

/** What a check is told. */
export interface Examined {
  /** Where a server keeps its jobs. */
  readonly stateDir: string
  readonly signal: AbortSignal
  /** Asks the server that was named for the tables it has; absent where none was named. */
  readonly askServer?: (() => Promise<string>) | undefined
}

export interface Finding {
  /** `failing`: something does not work; `warning`: it works less well than it could. */
  readonly status: 'ok' | 'warning' | 'failing'
  /** What was found; where it is not ok, what to do. */
  readonly text: string
}

export interface Check {
  readonly name: string
  /** Undefined where there is nothing to look at. What it throws is a failure. */
  run(examined: Examined): Promise<Finding | undefined>
}

export const ok = (text: string): Finding => ({ status: 'ok', text })
export const warning = (text: string): Finding => ({ status: 'warning', text })
