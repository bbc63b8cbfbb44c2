// The check of a sink at the door, before a process starts or a file is made: its options against the table of formats,
// and what it is to hold against what its format can.

import { PlanError } from '../../functions/errors.ts'
import { didYouMean } from '../../functions/nearest.ts'
import type { Schema } from '../../functions/types/type.ts'
import type { SinkSpec } from '../program/sink.ts'
import { extensionOf, type OptionForm, sinkFormatOf, sinkFormats, wantedInstead } from './formats.ts'
import { checkPartitionType, fileSchema } from './partition-paths.ts'

/**
 * @param schema - The columns of the job's result.
 * @throws {PlanError} `invalid_argument` for an option that is none or not of its form, a path whose extension says
 * another format, or columns to partition by that leave none; `unknown_column`; `not_implemented` for a type that the
 * format, or the name of a directory, cannot hold.
 */
export function checkSink(spec: SinkSpec, schema: Schema): void {
  checkOptions(spec)
  checkExtension(spec)
  checkPartitions(spec, schema)
  sinkFormatOf(spec).check?.(fileSchema(schema, spec.partitionBy))
}

function checkOptions({ kind, options = {} }: SinkSpec): void {
  const forms = sinkFormatOf({ kind }).options as Readonly<Record<string, OptionForm>>
  for (const [name, value] of Object.entries(options)) {
    const form = Object.hasOwn(forms, name) ? forms[name] : undefined
    if (form === undefined) {
      const hint = didYouMean(name, Object.keys(forms), `Its options are: ${Object.keys(forms).join(', ') || 'none'}`)
      throw invalid(`Cannot write ${kind} with "${name}": there is no such option. ${hint}`, { option: name })
    }
    if (value === undefined) continue
    const takes = wantedInstead(value, form)
    if (takes !== undefined) {
      throw invalid(`Cannot write ${kind} with ${name} = ${JSON.stringify(value)}: it takes ${takes}`, { option: name })
    }
  }
  const { delimiter = ',', quote = '"', nullValue = '' } = options as Readonly<Record<string, string>>
  if (delimiter === quote) throw invalid('Cannot write csv: delimiter and quote are the same character')
  if ([delimiter, quote, '\n', '\r'].some((special) => nullValue.includes(special))) {
    throw invalid('Cannot write csv: nullValue is never quoted, so it must be without delimiters, quotes and line ends')
  }
}

function checkExtension({ kind, path, partitionBy = [] }: SinkSpec): void {
  const extension = extensionOf(path)
  const other = sinkFormats.find(({ extensions }) => extensions.includes(extension))
  if (other === undefined || other.kind === kind || partitionBy.length > 0) return
  throw invalid(
    `Cannot write ${kind} to "${path}": its name says ${other.kind}; name it .${sinkFormatOf({ kind }).extensions[0]}`,
    { path },
  )
}

function checkPartitions({ partitionBy = [] }: SinkSpec, schema: Schema): void {
  for (const [i, name] of partitionBy.entries()) {
    const column = schema.find((field) => field.name === name)
    if (column === undefined) {
      const names = schema.map((field) => field.name)
      const hint = didYouMean(name, names, `The columns are ${names.join(', ')}`)
      throw new PlanError('unknown_column', `Cannot partition by "${name}": there is no such column. ${hint}`, {
        details: { column: name },
      })
    }
    if (partitionBy.indexOf(name) < i)
      throw invalid(`Cannot partition by "${name}" twice: name it once`, { column: name })
    checkPartitionType(name, column.type)
  }
  if (partitionBy.length > 0 && partitionBy.length === schema.length) {
    throw invalid('Cannot partition by every column: no column is left for the files, leave one out of partitionBy')
  }
}

const invalid = (message: string, details: Readonly<Record<string, string>> = {}): PlanError =>
  new PlanError('invalid_argument', message, { details })
