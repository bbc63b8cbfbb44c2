// The formats that commands write, by their names: those of files and of results, and tables for people.

import { extname } from 'node:path'
import { InternalError } from '../../functions/errors.ts'
import type { SinkSpec } from '../../runtime/program/sink.ts'
import { sinkFormats } from '../../runtime/sink/formats.ts'
import { type ResultFormat, resultFormats } from '../formats/result-formats.ts'
import { formatName } from './detect-format.ts'

/** A format's name. */
export type OutputFormat = string

/** Of files, with their usual extensions first. */
const fileFormats: ReadonlyMap<OutputFormat, readonly string[]> = new Map([
  ...sinkFormats.map(({ kind, extensions }) => [formatName(kind), extensions] as const),
  ['json', ['json']],
])

/** What `--format` may be: those that a file's name tells come first. */
export const formatNames: readonly OutputFormat[] = [
  ...new Set(['table', ...fileFormats.keys(), ...resultFormats.map(({ name }) => name)]),
]

/** `.parquet`, `.csv` and so on: all there are. */
export const knownExtensions: readonly string[] = [...fileFormats.values()].flat().map((extension) => `.${extension}`)

/** The usual extensions, for help: `.arrow, .parquet, .csv, .ndjson or .json`. */
export function usualExtensions(): string {
  const usual = [...fileFormats.values()].map(([extension]) => `.${extension}`)
  return new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(usual)
}

/** The format that a file's name tells; undefined when it tells none. */
export function formatOfPath(path: string): OutputFormat | undefined {
  const extension = extname(path).slice(1).toLowerCase()
  return [...fileFormats].find(([, extensions]) => extensions.includes(extension))?.[0]
}

/** Whether its bytes are no text. */
export const isBinary = (format: OutputFormat): boolean =>
  resultFormats.some(({ name, parameters }) => name === format && parameters.charset === undefined)

/** As what workers write files of a format; undefined where they do not. */
export const sinkKindOf = (format: OutputFormat): SinkSpec['kind'] | undefined =>
  sinkFormats.find(({ kind }) => formatName(kind) === format)?.kind

/** What turns an Arrow stream into a format. */
export function encoderOf(format: OutputFormat): ResultFormat['encode'] {
  const found = resultFormats.find(({ name }) => name === format)
  if (found === undefined) throw new InternalError(`Cannot write results as ${format}`)
  return found.encode
}
