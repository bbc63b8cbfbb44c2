// A job's result on its way out: printed, piped, or into a file that gets its name only once it is whole.

import { createWriteStream } from 'node:fs'
import { extname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { TablePrinter } from '../../runtime/data/print-table.ts'
import type { Job, JobOptions } from '../../runtime/job/job.ts'
import type { SinkSpec } from '../../runtime/program/sink.ts'
import type { JobRun } from '../../runtime/scheduler/submit.ts'
import { writing } from '../../runtime/sink/output-errors.ts'
import { sinkOf } from '../../runtime/sink/sink-of.ts'
import { readArrowBatches } from '../../runtime/source/arrow/read-streams.ts'
import type { LocalSession } from './local-session.ts'
import { UsageError } from './outcome.ts'
import type { FileOutput, Output, PrintedOutput } from './output.ts'
import { encoderOf, type OutputFormat, sinkKindOf } from './output-formats.ts'
import type { ProgressLine } from './progress-line.ts'
import { printText, writeStdout } from './stdout.ts'
import { writeWhole } from './write-whole.ts'

type Submit = (job: Job) => Promise<JobRun>

/** Runs a job and writes its result where it belongs. */
export async function runInto(
  output: Output,
  job: Job,
  { session, progress, runOptions }: LocalSession,
  limits: JobOptions = {},
): Promise<void> {
  if (job.sink !== undefined && output.to === 'file') {
    throw new UsageError('Cannot write the result twice: the job has a sink, leave out --out')
  }
  const submit: Submit = (submitted) => session.submit(submitted, { ...limits, ...runOptions })
  switch (output.to) {
    case 'print':
      return print(await submit(job), output, progress)
    case 'file':
      return writeFile(output, job, submit)
    case 'device': {
      const bytes = await resultBytes(output.format, job, submit)
      return writing(output.path, () => pipeline(bytes, createWriteStream(output.path)))
    }
    case 'stdout':
      if (process.stdout.isTTY) progress.stop()
      return writeStdout(await resultBytes(output.format, job, submit))
  }
}

async function print({ schema, stream }: JobRun, output: PrintedOutput, progress: ProgressLine): Promise<void> {
  const table = new TablePrinter(schema, output)
  for await (const batch of readArrowBatches(stream)) table.add(batch)
  progress.clear()
  await printText(table.toString())
}

/** The result as it comes. */
async function resultBytes(format: OutputFormat, job: Job, submit: Submit): Promise<Readable> {
  const { stream } = await submit(job)
  return Readable.from(encoderOf(format)(stream), { objectMode: false })
}

/** Workers write what they can; a name without an extension would be a directory to them. */
async function writeFile(
  { format, path, overwrite, partitionBy }: FileOutput,
  job: Job,
  submit: Submit,
): Promise<void> {
  const kind = sinkKindOf(format)
  const isDirectory = path.endsWith('/') || partitionBy.length > 0
  if (kind !== undefined && (isDirectory || extname(path) !== '')) {
    return runSink(sinkOf(kind, path, { overwrite, partitionBy }), job, submit)
  }
  await writeWhole(path, format, async (part) => {
    if (kind !== undefined) return runSink(sinkOf(kind, part, {}), job, submit)
    const bytes = await resultBytes(format, job, submit)
    await writing(path, () => pipeline(bytes, createWriteStream(part, { flags: 'wx' })))
  })
}

/** The stream of such a job tells what was written. */
async function runSink(sink: SinkSpec, job: Job, submit: Submit): Promise<void> {
  const { stream } = await submit({ ...job, sink })
  for await (const _ of stream);
}
