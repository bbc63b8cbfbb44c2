// How a job document wants to be run: the table of its options, each with its form and its bounds. What an option does is
// the concern of whoever runs the job; here it is only read.

import type { DocumentOptions } from './job.ts'
import { asBoolean, asChoice, asRecordOf, asWholeNumber, below } from './json-checks.ts'
import { type JsonSchema, record, whole } from './json-schema.ts'

/** An option: what it looks like in JSON, and how it is read. */
interface Option {
  readonly schema: JsonSchema
  parse(json: unknown, pointer: string): unknown
}

interface OptionLimits {
  readonly maxTimeoutMs?: number
  readonly maxPartitions?: number
  readonly maxMemoryBytes?: number
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
  const written = Object.entries<Option>(table).filter(([name]) => given[name] !== undefined)
  return Object.fromEntries(written.map(([name, { parse }]) => [name, parse(given[name], below(pointer, name))]))
}

/** What each option looks like in JSON. */
export const optionSchemas = (): Readonly<Record<string, JsonSchema>> =>
  Object.fromEntries(Object.entries<Option>(optionsOf({})).map(([name, { schema }]) => [name, schema]))

function optionsOf({ maxTimeoutMs, maxPartitions = 1000, maxMemoryBytes }: OptionLimits): {
  [Name in keyof DocumentOptions]-?: Option
} {
  return {
    queueTimeoutMs: count('How long it may wait for its turn, in milliseconds', 1, maxTimeoutMs),
    startTimeoutMs: count('How long workers may take to begin with it then, in milliseconds', 1, maxTimeoutMs),
    timeoutMs: count('How long it may run, in milliseconds', 1, maxTimeoutMs),
    idleTimeoutMs: count('How long its reader may pause, in milliseconds', 1, maxTimeoutMs),
    partitions: count('At most so many tasks', 1, maxPartitions),
    isolation: {
      schema: { enum: isolations, description: 'Whether its workers serve other jobs as well' },
      parse: (json, pointer) => asChoice(json, pointer, isolations),
    },
    maxMemoryBytes: count('What the operators of one task may hold on to, in bytes', 1, maxMemoryBytes),
    priority: count('Who goes first of the waiting jobs of a token: the higher one', -MAX_PRIORITY, MAX_PRIORITY),
    retention: {
      schema: record(
        'How long its result is kept',
        { seconds: whole('At most so many seconds; 0 keeps nothing', 0, MAX_RETENTION_SECONDS) },
        ['seconds'],
      ),
      parse: parseRetention,
    },
    taskRetries: count('How often a task may run again whose worker was lost', 0, MAX_TASK_RETRIES),
    idempotent: {
      schema: {
        type: 'boolean',
        description: 'Whether running it twice does no more than once, though it calls functions of users',
      },
      parse: asBoolean,
    },
  }
}

const isolations = ['shared', 'job'] as const

const count = (description: string, least: number, most?: number): Option => ({
  schema: whole(description, least, most),
  parse: (json, pointer) => asWholeNumber(json, pointer, least, most),
})

function parseRetention(json: unknown, pointer: string): DocumentOptions['retention'] {
  const { seconds } = asRecordOf(json, pointer, ['seconds'])
  return { seconds: asWholeNumber(seconds, below(pointer, 'seconds'), 0, MAX_RETENTION_SECONDS) }
}
