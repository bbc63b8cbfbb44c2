// The table of sink formats: what each is called, how its options are written in JSON, what it cannot hold, and what turns
// batches into its bytes. An encoder writes one file, or a piece of one, and holds no more than the batch it is given. Each
// format's code is loaded when it is first needed, by workers; the parent loads what ends a file.

import { extname } from 'node:path'
import type { Schema } from '../../functions/types/type.ts'
import type { SinkFormatOptions, SinkSpec } from '../program/sink.ts'
import type { Chunks, FileEncoder, FilePiece } from './file-encoder.ts'
import { checkParquetTypes } from './parquet/types.ts'

type Kind = keyof SinkFormatOptions
type OptionsOf<Format extends Kind> = SinkFormatOptions[Format]

/** A format that files are written in. */
export interface SinkFormat<Format extends Kind = Kind> {
  readonly kind: Format
  /** Extensions of its files, in lower case and without the dot; the usual one first. */
  readonly extensions: readonly [string, ...string[]]
  /** The values of its options. */
  readonly options: { readonly [Name in keyof OptionsOf<Format>]-?: OptionForm }
  /** Options that a path's extension stands for. */
  ofExtension?(extension: string): Partial<OptionsOf<Format>>
  /** @throws {PlanError} `not_implemented` for a type that it cannot hold. */
  check?(schema: Schema): void
  encoder(schema: Schema, options: OptionsOf<Format>): Promise<FileEncoder>
  /** The end of a file made of these pieces. */
  end(schema: Schema, options: OptionsOf<Format>, pieces: readonly FilePiece[]): Promise<Chunks>
}

/** A list of texts allows any one of them; `character` is one ASCII character, `count` a whole number from 1. */
export type OptionForm = 'boolean' | 'character' | 'text' | 'count' | readonly string[]

/** What an option of a form takes instead of this value; undefined when the value is of that form. */
export function wantedInstead(value: unknown, form: OptionForm): string | undefined {
  switch (form) {
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'true or false'
    case 'count':
      return Number.isSafeInteger(value) && Number(value) >= 1 ? undefined : 'a whole number from 1'
    case 'text':
      return typeof value === 'string' ? undefined : 'a text'
    case 'character':
      return typeof value === 'string' && /^[^\r\n\u0080-\uffff]$/.test(value)
        ? undefined
        : 'one ASCII character that does not end a line'
    default:
      return form.includes(value as string) ? undefined : `one of ${form.join(', ')}`
  }
}

const table: { readonly [Format in Kind]: SinkFormat<Format> } = {
  arrow: {
    kind: 'arrow',
    extensions: ['arrow', 'arrows', 'feather', 'ipc'],
    options: { format: ['file', 'stream'] },
    ofExtension: (extension) => (extension === 'arrows' ? { format: 'stream' } : {}),
    encoder: async (schema, options) => (await import('./arrow.ts')).arrowEncoder(schema, options),
    end: async (schema, options, pieces) => (await import('./arrow.ts')).arrowEnd(schema, options, pieces),
  },
  parquet: {
    kind: 'parquet',
    extensions: ['parquet'],
    options: { compression: ['snappy', 'zstd', 'gzip', 'none'], rowGroupRows: 'count' },
    check: checkParquetTypes,
    encoder: async (schema, options) => (await import('./parquet/encoder.ts')).parquetEncoder(schema, options),
    end: async (schema, _, pieces) => (await import('./parquet/encoder.ts')).parquetEnd(schema, pieces),
  },
  csv: {
    kind: 'csv',
    extensions: ['csv', 'tsv'],
    options: { delimiter: 'character', header: 'boolean', quote: 'character', nullValue: 'text' },
    ofExtension: (extension) => (extension === 'tsv' ? { delimiter: '\t' } : {}),
    encoder: async (schema, options) => (await import('./text/encoder.ts')).csvEncoder(schema, options),
    end: async () => [],
  },
  json: {
    kind: 'json',
    extensions: ['ndjson', 'jsonl'],
    options: {},
    encoder: async (schema) => (await import('./text/encoder.ts')).ndjsonEncoder(schema),
    end: async () => [],
  },
}

/** The formats that files are written in. */
export const sinkFormats: readonly SinkFormat[] = Object.values(table) as readonly SinkFormat[]

/** The format of a sink. */
export const sinkFormatOf = ({ kind }: Pick<SinkSpec, 'kind'>): SinkFormat => table[kind] as SinkFormat

/** A sink's options, with those that its path's extension stands for. */
export function optionsOf({ kind, path, options }: SinkSpec): SinkFormatOptions[Kind] {
  const implied = sinkFormatOf({ kind }).ofExtension?.(extensionOf(path)) ?? {}
  return { ...implied, ...options } as SinkFormatOptions[Kind]
}

/** The extension of a path's last part, in lower case and without the dot; empty where there is none. */
export const extensionOf = (path: string): string => extname(path).slice(1).toLowerCase()

/** Whether a sink is a directory of files: it is partitioned, or its path has no extension, or ends in a slash. */
export const isDirectory = ({ path, partitionBy = [] }: Pick<SinkSpec, 'path' | 'partitionBy'>): boolean =>
  partitionBy.length > 0 || path.endsWith('/') || extensionOf(path) === ''

/** The extension of files in a directory: the one of their format that stands for the same options, if there is one. */
export function usualExtension(spec: SinkSpec): string {
  const { extensions, ofExtension } = sinkFormatOf(spec)
  const options = Object.entries(optionsOf(spec))
  const means = (extension: string): boolean => {
    const implied = Object.entries(ofExtension?.(extension) ?? {})
    return implied.length > 0 && implied.every(([name, value]) => options.some(([n, v]) => n === name && v === value))
  }
  return extensions.find(means) ?? extensions[0]
}
