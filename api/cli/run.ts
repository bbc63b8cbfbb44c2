// `volley run JOB.json`: a JSON job on worker processes of this machine, without a server. Paths in the job are relative
// to the working directory; the result goes to stdout or a file.

import { createWriteStream } from 'node:fs'
import { readFile, rename, rm } from 'node:fs/promises'
import { extname } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import type { Command } from 'commander'
import { decodeExpr } from '../../runtime/codec/expr-codec.ts'
import { resolvePaths } from '../../runtime/context/paths.ts'
import { SessionContext } from '../../runtime/context/session.ts'
import { TablePrinter } from '../../runtime/data/print-table.ts'
import { parseJobText } from '../../runtime/job/json-job.ts'
import type { JobRun } from '../../runtime/scheduler/submit.ts'
import { readArrowBatches } from '../../runtime/source/arrow/read-streams.ts'
import { resultFormats, usualExtensions } from '../formats/result-formats.ts'
import { registerTables, tableSources } from '../tables.ts'
import { Interrupted, UsageError } from './outcome.ts'
import { listOf, moduleUrl, tablesOf } from './parse-options.ts'
import { ProgressLine } from './progress-line.ts'

export interface RunCommandOptions {
  readonly out?: string
  /** The name of a result format, or `table`. */
  readonly format?: string
  readonly workers?: number
  readonly workerContext?: string
}

/** The action of `volley run`. */
export async function run(file: string, options: RunCommandOptions, command: Command): Promise<void> {
  const format = formatFor(options)
  const tables = tableSources(tablesOf(listOf(command, 'table')))
  const interrupt = new AbortController()
  const onSignal = (): void => interrupt.abort(new Interrupted())
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal)
  await using session = new SessionContext({
    ...(options.workers === undefined ? {} : { workers: options.workers }),
    ...(options.workerContext === undefined ? {} : { workerContext: moduleUrl(options.workerContext) }),
  })
  registerTables(session, tables)
  const parsed = await parseJobText(await readJob(file), {
    sql: session.sqlOptions(),
    decodeBytes: (bytes) => decodeExpr(bytes, session),
    table: (name) => session.table(name).job,
    files: async (paths) => resolvePaths(paths),
  })
  using progress = new ProgressLine()
  try {
    const job = await session.submit(parsed.job, {
      ...parsed.options,
      signal: interrupt.signal,
      onProgress: (reached) => progress.update(reached),
      onLog: (_stream, bytes) => {
        progress.clear()
        process.stderr.write(bytes)
      },
    })
    await writeResult(job, format, options.out, progress)
  } catch (error) {
    if (interrupt.signal.aborted) throw interrupt.signal.reason
    throw error
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
  }
}

function formatFor({ format, out }: RunCommandOptions): string {
  if (out === undefined) return format ?? (process.stdout.isTTY ? 'table' : 'ndjson')
  const known = resultFormats.find(({ extensions }) => extensions.includes(extname(out).toLowerCase()))
  if (format !== undefined && known !== undefined && known.name !== format) {
    throw new UsageError(
      `Cannot write ${format} into "${out}": its name says ${known.name}, leave --format out or name it otherwise`,
    )
  }
  if (format !== undefined) return format
  if (known !== undefined) return known.name
  throw new UsageError(`Cannot tell the format of "${out}": name it ${usualExtensions()}, or give --format`)
}

async function readJob(file: string): Promise<string> {
  if (file === '-') return text(process.stdin)
  return readFile(file, 'utf8').catch((cause: Error) => {
    throw new UsageError(`Cannot read the job "${file}": ${cause.message}`, { cause })
  })
}

async function writeResult(
  job: JobRun,
  format: string,
  out: string | undefined,
  progress: ProgressLine,
): Promise<void> {
  const bytes = Readable.from(encode(job, format, progress), { objectMode: false })
  if (out !== undefined) return writeFile(bytes, out)
  await pipeline(bytes, process.stdout, { end: false }).catch((error: NodeJS.ErrnoException) => {
    // The reader of the output has had enough, such as `head`.
    if (error.code !== 'EPIPE') throw error
  })
}

/** A file that gets its name only once it is complete. */
async function writeFile(bytes: Readable, out: string): Promise<void> {
  const part = `${out}.part`
  try {
    await pipeline(bytes, createWriteStream(part))
    await rename(part, out)
  } catch (error) {
    await rm(part, { force: true })
    throw error
  }
}

function encode(job: JobRun, format: string, progress: ProgressLine): AsyncIterable<Uint8Array> {
  const known = resultFormats.find(({ name }) => name === format)
  return known === undefined ? encodeTable(job, progress) : known.encode(job.stream)
}

async function* encodeTable({ schema, stream }: JobRun, progress: ProgressLine): AsyncGenerator<Uint8Array> {
  const table = new TablePrinter(schema)
  for await (const batch of readArrowBatches(stream)) table.add(batch)
  progress.clear()
  yield Buffer.from(table.toString())
}
