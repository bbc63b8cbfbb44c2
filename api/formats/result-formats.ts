// The table of result formats, for HTTP and the command line. A format turns a job's Arrow stream into its own bytes chunk
// by chunk and never holds a whole result. Its code is loaded when a result is first written in it.

export interface ResultFormat {
  /** What `--format` calls it. */
  readonly name: string
  readonly contentType: string
  /** Of files in this format, the usual one first. */
  readonly extensions: readonly [string, ...string[]]
  /** The Arrow stream in this format. */
  encode(stream: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>
}

/** In order of preference. */
export const resultFormats: readonly ResultFormat[] = [
  {
    name: 'arrow',
    contentType: 'application/vnd.apache.arrow.stream',
    extensions: ['.arrow', '.arrows'],
    encode: (stream) => stream,
  },
  {
    name: 'ndjson',
    contentType: 'application/x-ndjson',
    extensions: ['.ndjson', '.jsonl'],
    async *encode(stream) {
      const { ndjsonFormat } = await import('../../runtime/sink/text/ndjson.ts')
      yield* (await import('./rows.ts')).encodeRows(stream, ndjsonFormat)
    },
  },
  {
    name: 'csv',
    contentType: 'text/csv; charset=utf-8',
    extensions: ['.csv'],
    async *encode(stream) {
      const { csvFormat } = await import('../../runtime/sink/text/csv.ts')
      yield* (await import('./rows.ts')).encodeRows(stream, csvFormat())
    },
  },
]
