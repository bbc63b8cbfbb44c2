// A sink from the arguments of a call: `df.writeParquet('out/', { partitionBy: 'region' })`.

import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PlanError } from '../../functions/errors.ts'
import type { SinkFormatOptions, SinkSpec, WriteOptions } from '../program/sink.ts'
import { sinkFormatOf } from './formats.ts'

type Kind = keyof SinkFormatOptions

/** The names of the options that writing a format takes. */
export const writeOptionNames = (kind: Kind): readonly string[] => [
  ...Object.keys(sinkFormatOf({ kind }).options),
  'partitionBy',
  'overwrite',
]

/**
 * @param options - Those of the format and of writing; others are left alone.
 * @throws {PlanError} `invalid_argument` for a path, `partitionBy` or `overwrite` that is none.
 */
export function sinkOf(kind: Kind, path: string | URL, options: WriteOptions): SinkSpec {
  const { partitionBy = [], overwrite = false } = options
  const columns = typeof partitionBy === 'string' ? [partitionBy] : partitionBy
  if (!Array.isArray(columns) || !columns.every((name) => typeof name === 'string')) {
    throw invalid(`Cannot write ${kind} with this partitionBy: it takes a column's name, or a list of them`)
  }
  if (typeof overwrite !== 'boolean') throw invalid(`Cannot write ${kind} with this overwrite: it takes true or false`)
  const own = Object.entries(options).filter(
    ([name, value]) => value !== undefined && Object.hasOwn(sinkFormatOf({ kind }).options, name),
  )
  return {
    kind,
    path: absolutePath(kind, path),
    ...(columns.length === 0 ? {} : { partitionBy: columns }),
    ...(overwrite ? { overwrite } : {}),
    ...(own.length === 0 ? {} : { options: Object.fromEntries(own) }),
  } as SinkSpec
}

function absolutePath(kind: Kind, path: string | URL): string {
  const text = path instanceof URL ? path.href : path
  if (typeof text !== 'string' || text === '') throw invalid(`Cannot write ${kind} without a path: give one as text`)
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(text) && !text.startsWith('file:')) {
    throw invalid(`Cannot write to "${text}": only files on this machine are written, give a path`)
  }
  if (text.includes('\0')) throw invalid(`Cannot write ${kind} to this path: it has a zero byte in it`)
  const file = text.startsWith('file:') ? fileURLToPath(text) : text
  // A slash at the end says that it is a directory.
  return resolve(file) + (/[^/]\/+$/.test(file) ? '/' : '')
}

const invalid = (message: string): PlanError => new PlanError('invalid_argument', message)
