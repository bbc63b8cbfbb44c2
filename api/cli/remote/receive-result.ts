// The result of a job on a server on its way out: printed, piped, or into a file that gets its name only once it is whole.
// The server writes its format.

import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fromArrowSchema } from '../../../functions/types/arrow.ts'
import { TablePrinter } from '../../../runtime/data/print-table.ts'
import { writing } from '../../../runtime/sink/output-errors.ts'
import type { ResultFormatName } from '../../client/options.ts'
import type { RemoteJob } from '../../client/remote-job.ts'
import { UsageError } from '../outcome.ts'
import { type Output, type OutputOptions, outputFor, type PrintedOutput } from '../output.ts'
import type { OutputFormat } from '../output-formats.ts'
import { printText, writeStdout } from '../stdout.ts'
import { writeWhole } from '../write-whole.ts'

/** @throws {UsageError} Whatever is wrong with the options, before anything is sent. */
export async function receivingOutput(options: OutputOptions): Promise<Output> {
  const output = await outputFor(options)
  if (output.to !== 'file' || (output.partitionBy.length === 0 && !output.path.endsWith('/'))) return output
  throw new UsageError('Cannot receive a directory of files: give the job a sink, and the server writes it')
}

export async function receiveResult(output: Output, job: RemoteJob, signal: AbortSignal): Promise<void> {
  if (output.to === 'print') return print(output, job, signal)
  const path = output.to === 'stdout' ? '' : output.path
  const { body } = await job.result(sentAs(output.format, output.to === 'file' && !/\.arrows$/i.test(path)), { signal })
  const bytes = Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0])
  switch (output.to) {
    case 'stdout':
      return writeStdout(bytes)
    case 'device':
      return writing(path, () => pipeline(bytes, createWriteStream(path)))
    case 'file':
      return writeWhole(path, output.format, (part) =>
        writing(path, () => pipeline(bytes, createWriteStream(part, { flags: 'wx' }))),
      )
  }
}

/** Files of Arrow have a table of contents, pipes and `.arrows` do not. */
const sentAs = (format: OutputFormat, isFile: boolean): ResultFormatName =>
  format === 'arrow' && isFile ? 'arrow-file' : (format as ResultFormatName)

async function print(output: PrintedOutput, job: RemoteJob, signal: AbortSignal): Promise<void> {
  let table: TablePrinter | undefined
  for await (const batch of job.batches({ signal })) {
    table ??= new TablePrinter(fromArrowSchema(batch.schema), output)
    table.add(batch)
  }
  await printText(String(table ?? new TablePrinter([], output)))
}
