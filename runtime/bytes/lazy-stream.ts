// A web stream over work that begins when it is first read from. Its type is the global one, in a project with types of the
// DOM theirs, which before TypeScript 6 are not known to be iterable.

/**
 * A stream that holds nothing ahead of its reader.
 *
 * @param start - Begins the work. `signal` is aborted when the stream is cancelled, also while a chunk is awaited: an
 * iterator that is asked to return would first wait for that chunk.
 */
export function lazyStream<Chunk>(
  start: (signal: AbortSignal) => AsyncIterable<Chunk>,
): ReadableStream<Chunk> & AsyncIterable<Chunk> {
  const left = new AbortController()
  let chunks: AsyncIterator<Chunk> | undefined
  return new ReadableStream<Chunk>(
    {
      async pull(controller) {
        chunks ??= start(left.signal)[Symbol.asyncIterator]()
        const next = await chunks.next()
        if (next.done === true) controller.close()
        else controller.enqueue(next.value)
      },
      async cancel() {
        left.abort()
        await chunks?.return?.()
      },
    },
    { highWaterMark: 0 },
  )
}
