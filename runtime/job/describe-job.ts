// A job as text, for people: where its rows come from, and its steps in order, each with its expressions. Nothing is
// opened, planned or run.

import { displayNode } from '../../functions/expr/display.ts'
import type { SinkSpec } from '../program/sink.ts'
import type { SourceSpec } from '../source/source.ts'
import type { Job, JobStep } from './job.ts'
import { stepKindOf } from './steps.ts'

/** What is shown of a step, and of the names of files. */
const MAX_TEXT = 200
const MAX_PATHS = 3

/** One line for the source, one for each step, and one for the files that are written. */
export function describeJob({ source, steps, sink }: Job): readonly string[] {
  return [describeSource(source), ...steps.map(describeStep), ...(sink === undefined ? [] : [describeSink(sink)])]
}

export function describeSource(source: SourceSpec): string {
  if (source.kind === 'pending') return 'memory'
  if (source.kind === 'function') return `table function ${source.udf.name}`
  if (source.kind === 'series')
    return source.of === 'numbers' ? `series of ${source.count} numbers` : 'series of timestamps'
  if (source.kind === 'memory') return source.bytes.length === 0 ? 'no rows' : `memory, ${source.bytes.length} bytes`
  const { kind, paths, options } = source
  const more = paths.length > MAX_PATHS ? ` and ${paths.length - MAX_PATHS} more` : ''
  const names = options === undefined ? '' : ` (${Object.keys(options).join(', ')})`
  return `${kind} ${paths.slice(0, MAX_PATHS).join(', ')}${more}${names}`
}

function describeSink({ kind, path, partitionBy = [] }: SinkSpec): string {
  return `write ${kind} ${path}${partitionBy.length === 0 ? '' : ` by ${partitionBy.join(', ')}`}`
}

export function describeStep(step: JobStep): string {
  const kind = stepKindOf(step)
  const text = kind.describe?.(step) ?? kind.nodes(step).map(displayNode).join(', ')
  return cut(text === '' ? kind.kind : `${kind.kind} ${text}`)
}

const cut = (text: string): string => (text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text)
