// What the objects of every copy of apache-arrow have in common, as types. The classes of one version are not assignable
// to those of another, so whatever takes Arrow's objects from users takes these.

/** A type of any copy of Arrow JavaScript: `new arrow.Int32()`. */
export interface ArrowTypeLike {
  /** Which type it is, as Arrow's `Type` counts them. */
  readonly typeId: number
  /** The kind of array that holds its values. */
  readonly ArrayType: unknown
}

/** A field of any copy of Arrow JavaScript. */
export interface ArrowFieldLike {
  /** The name of the column. */
  readonly name: string
  /** The type of its values. */
  readonly type: ArrowTypeLike
  /** Whether values can be null. */
  readonly nullable: boolean
  /** What else is said of it, as texts by key. */
  readonly metadata: ReadonlyMap<string, string>
}

/** A schema of any copy of Arrow JavaScript. */
export interface ArrowSchemaLike {
  /** The columns, in order. */
  readonly fields: readonly ArrowFieldLike[]
  /** What else is said of the whole, as texts by key. */
  readonly metadata: ReadonlyMap<string, string>
}

/** An array, a chunk of a vector or the columns of a batch, of any copy of Arrow JavaScript. */
export interface ArrowDataLike {
  /** How many values it has. */
  readonly length: number
  /** Where in its buffers they begin. */
  readonly offset: number
}

/** A vector of any copy of Arrow JavaScript. */
export interface ArrowVectorLike {
  /** The type of its values. */
  readonly type: ArrowTypeLike
  /** How many values it has. */
  readonly length: number
  /** Its chunks. */
  readonly data: readonly ArrowDataLike[]
}

/** A record batch of any copy of Arrow JavaScript. */
export interface ArrowBatchLike {
  /** Its columns. */
  readonly schema: ArrowSchemaLike
  /** How many rows it has. */
  readonly numRows: number
  /** Its columns' values. */
  readonly data: ArrowDataLike
}

/** A table of any copy of Arrow JavaScript. */
export interface ArrowTableLike {
  /** Its columns. */
  readonly schema: ArrowSchemaLike
  /** How many rows it has. */
  readonly numRows: number
  /** Its rows, in batches. */
  readonly batches: readonly ArrowBatchLike[]
}
