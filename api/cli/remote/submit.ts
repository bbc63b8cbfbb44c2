// `volley submit JOB`: a job for a server, with the files that it reads as parts of the request.

import type { Command } from 'commander'
import type { JobDocument } from '../../client/job-body.ts'
import type { UploadFile } from '../../client/multipart.ts'
import { readJob } from '../job-file.ts'
import { Interrupted, UsageError } from '../outcome.ts'
import type { OutputOptions } from '../output.ts'
import { listOf, tablesOf } from '../parse-options.ts'
import { printText } from '../stdout.ts'
import { followJob, throwFailure } from './follow-job.ts'
import { receiveResult, receivingOutput } from './receive-result.ts'
import { type AccessOptions, withServer } from './server-access.ts'

export interface SubmitOptions extends AccessOptions, OutputOptions {
  /** Until the job has ended. */
  readonly wait?: boolean
  readonly json?: boolean
}

/** The action of `volley submit`. */
export async function submit(file: string, options: SubmitOptions, command: Command): Promise<void> {
  const { json = false, wait = options.out !== undefined } = options
  const output = wait && !json ? await receivingOutput(options) : undefined
  const parts = tablesOf(listOf(command, 'part'), 'part')
  if (file === '-' && Object.values(parts).includes('-')) throw new UsageError('Cannot read stdin twice: give "-" once')
  await withServer(options, command, async ({ client, signal }) => {
    const job = await client.submit(asJson(await readJob(file, signal)), { files: filesOf(parts), signal })
    if (!wait) return printText(json ? `${JSON.stringify(await job.status({ signal }))}\n` : `${job.id}\n`)
    const ended = await followJob(job, signal).catch((error: unknown) => {
      if (error instanceof Interrupted)
        process.stderr.write(`the job goes on: volley job ${job.id}, volley cancel ${job.id}\n`)
      throw error
    })
    if (json) await printText(`${JSON.stringify(ended)}\n`)
    throwFailure(ended)
    if (output !== undefined) await receiveResult(output, job, signal)
  })
}

/** Bytes are base64 in JSON. */
function asJson(document: unknown): JobDocument {
  const { bytes } = Object(document) as { readonly bytes?: unknown }
  return bytes instanceof Uint8Array ? { bytes: bytes.toBase64() } : (document as JobDocument)
}

/** Stdin is `-`. */
export const filesOf = (paths: Readonly<Record<string, string>>): Readonly<Record<string, UploadFile>> =>
  Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, path === '-' ? process.stdin : path]))
