// How a job document wants to be run: the table of its options, each with its form and its bounds. What an option does is
// the concern of whoever runs the job; here it is only read.

import type { DocumentOptions } from './job.ts'
import { asBoolean, asChoice, asRecordOf, asWholeNumber, below } from './json-checks.ts'

type Parse = (json: unknown, pointer: string) => unknown

interface OptionLimits {
  readonly maxTimeoutMs?: number
  readonly maxPartitions?: number
}

/** The longest that a server is asked to keep a result: a year. */
const MAX_RETENTION_SECONDS = 366 * 24 * 60 * 60
const MAX_TASK_RETRIES = 100
/** Priorities are few: they say who goes first, not by how much. */
const MAX_PRIORITY = 9

/**
 * Parses the options of a job document.
 *
 * @throws {PlanError} `invalid_job` with `details.pointer` for one that there is not, or a value that it cannot have.
 */
export function parseOptions(json: unknown, limits: OptionLimits): DocumentOptions {
  const pointer = '/options'
  const table = optionsOf(limits)
  const given = asRecordOf(json, pointer, Object.keys(table))
  const written = Object.entries<Parse>(table).filter(([name]) => given[name] !== undefined)
  return Object.fromEntries(written.map(([name, parse]) => [name, parse(given[name], below(pointer, name))]))
}

function optionsOf({ maxTimeoutMs, maxPartitions = 1000 }: OptionLimits): { [Name in keyof DocumentOptions]-?: Parse } {
  const time = count(1, maxTimeoutMs)
  return {
    queueTimeoutMs: time,
    timeoutMs: time,
    idleTimeoutMs: time,
    partitions: count(1, maxPartitions),
    isolation: (json, pointer) => asChoice(json, pointer, ['shared', 'job']),
    maxMemoryBytes: count(1),
    priority: count(-MAX_PRIORITY, MAX_PRIORITY),
    retention: parseRetention,
    taskRetries: count(0, MAX_TASK_RETRIES),
    idempotent: asBoolean,
  }
}

const count =
  (least: number, most?: number): Parse =>
  (json, pointer) =>
    asWholeNumber(json, pointer, least, most)

function parseRetention(json: unknown, pointer: string): DocumentOptions['retention'] {
  const { seconds } = asRecordOf(json, pointer, ['seconds'])
  return { seconds: asWholeNumber(seconds, below(pointer, 'seconds'), 0, MAX_RETENTION_SECONDS) }
}
