// What a server answers about itself and about jobs that it does not run, as its clients get it.

/** A column of a table or a result. */
export interface ColumnDescription {
  /** Its name. */
  readonly name: string
  /** Its type, such as `int64`. */
  readonly type: string
  /** Whether it may hold null. */
  readonly nullable: boolean
}

/** A table that jobs may name. */
export interface TableDescription {
  /** What jobs call it. */
  readonly name: string
  /** Its columns, where it can be opened. */
  readonly columns?: readonly ColumnDescription[]
  /** How many rows it has, where its files tell without being read. */
  readonly rows?: number
  /** The code of what keeps it from being opened. */
  readonly error?: string
}

/** A function that expressions may call. */
export interface FunctionDescription {
  /** Where it may be called. */
  readonly kind: 'scalar' | 'aggregate' | 'window' | 'table'
  /** Its name in expressions. */
  readonly name: string
  /** Its other names. */
  readonly aliases: readonly string[]
  /** What it deals with; `user` for registered ones. */
  readonly family: string
  /** How it is called: `upper(text)`. */
  readonly usage: string
  /** What it does. */
  readonly summary: string
  /** Calls in SQL text, and what they give. */
  readonly examples: readonly { readonly sql: string; readonly result: string }[]
}

/** How a job would run. */
export interface JobPlan {
  /** All of it as text. */
  readonly plan: string
  /** The job as it was written: its source, its steps, the files that it writes. */
  readonly steps: readonly string[]
  /** What is read of the source: its rows, where that is known, columns, and the conditions by which parts are left out. */
  readonly reads: {
    readonly rows?: number
    readonly columns: readonly string[]
    readonly sourceColumns: number
    readonly skips: readonly string[]
  }
  /** One after another: how many tasks each has, and what they do. */
  readonly stages: readonly { readonly tasks: number; readonly operations: readonly string[] }[]
  /** Tasks of all stages together. */
  readonly tasks: number
  /** The columns of the result. */
  readonly columns: readonly ColumnDescription[]
  /** The functions of users that it calls, and how each travels to workers. */
  readonly functions: readonly {
    readonly name: string
    readonly kind: 'by-value' | 'by-name'
    readonly bytes: number
    readonly hash?: string
  }[]
}
