// The table of result formats, for HTTP and the command line. A format turns a job's Arrow stream into its own bytes chunk
// by chunk and never holds a whole result. What the stream throws comes through, and leaves bytes that no reader takes for
// a whole result, where the format has an end of its own. Its code is loaded when a result is first written in it.

type Bytes = AsyncIterable<Uint8Array>

/** Values of the parameters of a media type. */
export type FormatParameters = Readonly<Record<string, string>>

export interface ResultFormat {
  /** What `--format` and `?format=` call it. */
  readonly name: string
  readonly contentType: string
  /** The parameters that it knows, and the values that they may have. */
  readonly parameters: Readonly<Record<string, readonly string[]>>
  /**
   * Whether every reader tells a whole result from one that broke off by its bytes; of the others the reply does. Of Arrow
   * streams some readers take the end of the bytes for the end.
   */
  readonly hasEnd: boolean
  /** Whether it is text, which compression makes a quarter of. */
  readonly isText: boolean
  /** Whether it only hands on what is Arrow already; others take time. */
  readonly isArrow: boolean
  /** The Arrow stream in this format. */
  encode(stream: Bytes, parameters?: FormatParameters): Bytes
}

const text = { charset: ['utf-8'] } as const

/** In order of preference. */
export const resultFormats: readonly ResultFormat[] = [
  {
    name: 'arrow',
    contentType: 'application/vnd.apache.arrow.stream',
    parameters: {},
    hasEnd: false,
    isText: false,
    isArrow: true,
    encode: (stream) => stream,
  },
  {
    name: 'ndjson',
    contentType: 'application/x-ndjson',
    parameters: text,
    hasEnd: false,
    isText: true,
    isArrow: false,
    async *encode(stream) {
      const { ndjsonFormat } = await import('../../runtime/sink/text/ndjson.ts')
      yield* (await import('./rows.ts')).encodeRows(stream, ndjsonFormat)
    },
  },
  {
    name: 'json',
    contentType: 'application/json',
    parameters: text,
    hasEnd: true,
    isText: true,
    isArrow: false,
    async *encode(stream) {
      yield* (await import('./json.ts')).encodeJson(stream)
    },
  },
  {
    name: 'csv',
    contentType: 'text/csv; charset=utf-8',
    parameters: { ...text, header: ['present', 'absent'] },
    hasEnd: false,
    isText: true,
    isArrow: false,
    async *encode(stream, { header } = {}) {
      const { csvFormat } = await import('../../runtime/sink/text/csv.ts')
      yield* (await import('./rows.ts')).encodeRows(stream, csvFormat({ header: header !== 'absent' }))
    },
  },
  {
    name: 'arrow-file',
    contentType: 'application/vnd.apache.arrow.file',
    parameters: {},
    hasEnd: true,
    isText: false,
    isArrow: true,
    async *encode(stream) {
      yield* (await import('../../runtime/source/arrow/stream-to-file.ts')).streamToFile(stream)
    },
  },
  {
    name: 'parquet',
    contentType: 'application/vnd.apache.parquet',
    parameters: {},
    hasEnd: true,
    isText: false,
    isArrow: false,
    async *encode(stream) {
      yield* (await import('./parquet.ts')).encodeParquet(stream)
    },
  },
]
