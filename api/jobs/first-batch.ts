// Holds a result back until its first record batch: the schema is written before any row is computed, so the
// beginning of a stream proves nothing yet. A job that fails on its first rows can then still be answered with its error.

/** A stream whose first part has been read. */
export interface BegunStream extends AsyncIterable<Uint8Array> {
  /** Ends the stream whether or not anybody reads it; a reader gets the error, never an end that looks regular. */
  end(error: unknown): Promise<void>
}

/**
 * Reads until something comes after the schema.
 *
 * @param stream - An Arrow IPC stream.
 * @returns The whole stream, including what was read already.
 * @throws What the stream throws until then.
 */
export async function awaitFirstBatch(stream: AsyncIterable<Uint8Array>): Promise<BegunStream> {
  const source = stream[Symbol.asyncIterator]()
  const held: Uint8Array[] = []
  for (let bytes = 0; bytes <= schemaBytes(held); ) {
    const next = await source.next()
    if (next.done === true) break
    held.push(next.value)
    bytes += next.value.length
  }
  let ended: { readonly error: unknown } | undefined
  const leave = async (): Promise<void> => {
    held.length = 0
    await source.return?.()
  }
  const iterator: AsyncIterator<Uint8Array, undefined> = {
    next: async () => {
      const value = held.shift()
      if (value !== undefined) return { done: false, value }
      const next = ended === undefined ? await source.next() : undefined
      if (ended !== undefined) throw ended.error
      return next === undefined || next.done === true ? { done: true, value: undefined } : next
    },
    return: async () => {
      await leave()
      return { done: true, value: undefined }
    },
  }
  const end = (error: unknown): Promise<void> => {
    ended ??= { error }
    return leave()
  }
  return { [Symbol.asyncIterator]: () => iterator, end }
}

const PREFIX_BYTES = 8

/** The length of the schema message, as its prefix says; infinite while too few bytes have come to tell. */
function schemaBytes(chunks: readonly Uint8Array[]): number {
  const start = Buffer.concat(chunks)
  return start.length < PREFIX_BYTES ? Number.POSITIVE_INFINITY : PREFIX_BYTES + start.readInt32LE(4)
}
