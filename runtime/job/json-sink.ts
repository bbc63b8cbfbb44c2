// Sinks in JSON jobs: `{ "parquet": "out/", "partitionBy": ["origin"] }`, the options of its format beside the path. The
// parse context decides where a path leads, and whether it may be written to.

import type { SinkSpec } from '../program/sink.ts'
import { type OptionForm, sinkFormats, wantedInstead } from '../sink/formats.ts'
import { asArray, asBoolean, asRecordOf, asText, below, invalidJob, nameOf } from './json-checks.ts'

const MAX_PATH = 4096
const MAX_PARTITION_COLUMNS = 100

/** @throws {PlanError} `invalid_job` with `details.pointer`. */
export function parseSink(json: unknown, pointer: string): SinkSpec {
  const kinds = sinkFormats.map(({ kind }) => kind)
  const forms = sinkFormats.flatMap(({ options }) => Object.keys(options))
  const sink = asRecordOf(json, pointer, [...kinds, 'partitionBy', 'overwrite', ...forms])
  const [format, ...others] = sinkFormats.filter(({ kind }) => Object.hasOwn(sink, kind))
  if (format === undefined || others.length > 0) {
    throw invalidJob(
      pointer,
      `it names ${format === undefined ? 0 : others.length + 1} formats, name one of ${kinds.join(', ')}`,
    )
  }
  const { kind } = format
  asRecordOf(json, pointer, [kind, 'partitionBy', 'overwrite', ...Object.keys(format.options)])
  const { partitionBy, overwrite } = sink
  const options = Object.entries<OptionForm>(format.options).filter(([name]) => Object.hasOwn(sink, name))
  return {
    kind,
    path: parsePath(sink[kind], below(pointer, kind)),
    ...(partitionBy === undefined ? {} : { partitionBy: parseColumns(partitionBy, below(pointer, 'partitionBy')) }),
    ...(overwrite === undefined ? {} : { overwrite: asBoolean(overwrite, below(pointer, 'overwrite')) }),
    ...(options.length === 0
      ? {}
      : {
          options: Object.fromEntries(
            options.map(([name, form]) => [name, parseOption(sink[name], form, below(pointer, name))]),
          ),
        }),
  } as SinkSpec
}

function parsePath(json: unknown, pointer: string): string {
  const path = asText(json, pointer)
  if (path === '' || path.includes('\0') || path.length > MAX_PATH) throw invalidJob(pointer, 'it is not a path')
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(path)) {
    throw invalidJob(pointer, 'it is a URL, and only files are written; give a path')
  }
  return path
}

function parseColumns(json: unknown, pointer: string): readonly string[] {
  if (typeof json === 'string') return [json]
  return asArray(json, pointer, MAX_PARTITION_COLUMNS).map((name, i) => asText(name, below(pointer, i)))
}

function parseOption(json: unknown, form: OptionForm, pointer: string): unknown {
  const wanted = wantedInstead(json, form)
  if (wanted === undefined) return json
  const shown = typeof json === 'string' ? JSON.stringify(json.slice(0, 40)) : nameOf(json)
  throw invalidJob(pointer, `it is ${shown}, ${wanted} is wanted`)
}
