// Sources that come along with a job, beside its document: `{ "part": "sales" }`. The parse context knows what came; what it
// is read as, the document says, or else what came with the part.

import { didYouMean } from '../../functions/nearest.ts'
import { fileFormats } from '../source/formats.ts'
import type { FileSpec } from '../source/source.ts'
import { asChoice, asRecordOf, asText, below, invalidJob, type JsonObject } from './json-checks.ts'
import { parseFormatOptions } from './json-format-options.ts'

/** A part as a source names it. */
export interface JsonPart {
  readonly kind: 'part'
  readonly name: string
  /** What it is to be read as, if the document says so. */
  readonly format?: FileSpec['kind']
  /** Of that format. */
  readonly options?: JsonObject
}

/** What came under the name of a part. */
export interface PartFile {
  readonly paths: readonly string[]
  /** What it seems to be; absent when nothing tells. */
  readonly kind?: FileSpec['kind'] | undefined
  readonly options?: FileSpec['options']
}

/** The parts that came with a job. */
export interface JobParts {
  find(name: string): PartFile | undefined
  names(): readonly string[]
  /** What to do about one that there is not, in the words of the surface. */
  readonly advice: string
}

/** How a format is called in documents: as a source of files is. */
const formatNames = (): readonly FileSpec['kind'][] => fileFormats().map(({ kind }) => kind)

/** Parses `{ "part": "sales", "format": "csv", "options": { … } }`. */
export function parsePart(json: unknown, pointer: string): JsonPart {
  const { part, format, options } = asRecordOf(json, pointer, ['part', 'format', 'options'])
  const name = asText(part, below(pointer, 'part'))
  if (format === undefined) {
    if (options === undefined) return { kind: 'part', name }
    throw invalidJob(below(pointer, 'options'), 'nothing says what they are of, write "format" as well')
  }
  const kind = asChoice(format, below(pointer, 'format'), formatNames())
  if (options === undefined) return { kind: 'part', name, format: kind }
  return { kind: 'part', name, format: kind, options: parseFormatOptions(kind, options, below(pointer, 'options')) }
}

/**
 * The files that a part is.
 *
 * @throws {PlanError} `invalid_job` for a part that did not come, and for one of which nothing tells the format.
 */
export function partSource(
  { name, format, options }: JsonPart,
  pointer: string,
  parts: JobParts | undefined,
): FileSpec {
  const found = parts?.find(name)
  if (found === undefined) {
    const advice = parts?.advice ?? 'Send it along with the job, as multipart/form-data'
    const hint = didYouMean(name, parts?.names() ?? [], advice)
    throw invalidJob(below(pointer, 'part'), `there is no part "${name}". ${hint}`)
  }
  const kind = format ?? found.kind
  if (kind === undefined) {
    throw invalidJob(
      pointer,
      `nothing tells the format of part "${name}": say it with "format", one of ${formatNames().join(', ')}`,
    )
  }
  const own = found.kind === kind ? found.options : undefined
  return {
    kind,
    paths: found.paths,
    ...(own === undefined && options === undefined ? {} : { options: { ...own, ...options } }),
  } as FileSpec
}
