// `volley sql --server`: a query that runs on a server. The files that it is given travel along, as parts of the request.

import type { Command } from 'commander'
import { sourceOfPath } from '../../../runtime/source/formats.ts'
import type { RemoteJob } from '../../client/remote-job.ts'
import { formatNamed } from '../detect-format.ts'
import { type InputOptions, tableName } from '../input-files.ts'
import { UsageError } from '../outcome.ts'
import type { OutputOptions } from '../output.ts'
import { listOf, tablesOf } from '../parse-options.ts'
import { printText } from '../stdout.ts'
import { followJob, throwFailure } from './follow-job.ts'
import { receiveResult, receivingOutput } from './receive-result.ts'
import { type AccessOptions, type ServerWork, withServer } from './server-access.ts'
import { filesOf } from './submit.ts'

export interface RemoteSqlOptions extends AccessOptions, InputOptions, OutputOptions {
  /** Seconds. */
  readonly timeout?: number
  readonly explain?: boolean
}

/** Options that say how workers of this machine are. */
const ofThisMachine = ['workers', 'workerContext', 'workerEnv', 'workerCwd', 'trace']

/**
 * Runs a query on a server.
 *
 * @param files - Files that are tables by their own names; `-` is stdin.
 */
export async function remoteSql(
  query: string,
  files: readonly string[],
  options: RemoteSqlOptions,
  command: Command,
): Promise<void> {
  const local = command.options.find(
    (option) =>
      ofThisMachine.includes(option.attributeName()) && command.getOptionValueSource(option.attributeName()) === 'cli',
  )
  if (local !== undefined) throw new UsageError(`Cannot use ${local.long} with --server: its workers are its own`)
  const output = await receivingOutput(options)
  const named = tablesOf(listOf(command, 'table'))
  const given = [...Object.entries(named), ...files.map((file) => [tableName(file), file] as const)]
  const parts = given.map(([table, path], i) => ({ table, path, part: `table-${i + 1}` }))
  const { timeout } = options
  const job = {
    sql: query,
    tables: Object.fromEntries(parts.map(({ table, path, part }) => [table, { part, ...formatOf(path, options) }])),
    ...(timeout === undefined ? {} : { options: { timeoutMs: timeout * 1000 } }),
  }
  const sent = filesOf(Object.fromEntries(parts.map(({ part, path }) => [part, path])))
  const ask = async ({ client, signal }: ServerWork): Promise<void> => {
    if (options.explain === true) {
      return printText(`${(await client.explain(job, { files: sent, signal })).plan}\n`)
    }
    const submitted = await client.submit(job, { files: sent, signal })
    try {
      throwFailure(await followJob(submitted, signal))
      await receiveResult(output, submitted, signal)
    } catch (error) {
      if (signal.aborted) await cancel(submitted)
      throw error
    }
  }
  await withServer(options, command, ask, query)
}

/** Whoever ends the command wants no result any more. That it cannot be told changes nothing about that. */
const cancel = (job: RemoteJob): Promise<unknown> => job.cancel({ signal: AbortSignal.timeout(5000) }).catch(() => {})

/** What a file is read as, where its name does not tell the server. */
function formatOf(path: string, { inputFormat, delimiter, header }: InputOptions): object {
  const isOfCsv = delimiter !== undefined || header === false
  const format = inputFormat === undefined ? isOfCsv && sourceOfPath(path)?.kind : formatNamed(inputFormat)
  if (format === undefined || format === false) return {}
  if (format !== 'csv') return { format }
  const separator = delimiter ?? (/\.tsv$/i.test(path) ? '\t' : ',')
  return { format, options: { delimiter: separator, header: header !== false } }
}
