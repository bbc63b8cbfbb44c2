// `volley jobs`, `job`, `result`, `logs` and `cancel`: what a server knows of jobs, and what it is to do about one.

import { Readable } from 'node:stream'
import type { Command } from 'commander'
import { grouped } from '../../../runtime/data/print-table.ts'
import { padText, printable, textWidth } from '../../../runtime/data/text-width.ts'
import type { RemoteJob } from '../../client/remote-job.ts'
import type { JobResource, JobStatus } from '../../jobs/job-record.ts'
import type { OutputOptions } from '../output.ts'
import { printText, writeStdout } from '../stdout.ts'
import { followJob, throwFailure } from './follow-job.ts'
import { receiveResult, receivingOutput } from './receive-result.ts'
import { type AccessOptions, withServer } from './server-access.ts'

interface AnswerOptions extends AccessOptions {
  readonly json?: boolean
}

export interface ListOptions extends AnswerOptions {
  readonly status?: JobStatus
  readonly since?: Date
  readonly limit: number
}

/** The action of `volley jobs`. */
export async function jobs({ status, since, limit, ...options }: ListOptions, command: Command): Promise<void> {
  await withServer(options, command, async ({ client, signal }) => {
    const filter = { ...(status === undefined ? {} : { status }), ...(since === undefined ? {} : { since }) }
    const found = await Array.fromAsync(client.jobs({ ...filter, limit, signal }))
    await printText(options.json === true ? `${JSON.stringify(found)}\n` : listOf(found))
  })
}

/** The action of `volley job`. */
export async function job(id: string, options: AnswerOptions, command: Command): Promise<void> {
  await withServer(options, command, async ({ client, signal }) =>
    answer(await client.job(id).status({ signal }), options),
  )
}

/** The action of `volley cancel`. */
export async function cancel(id: string, options: AnswerOptions, command: Command): Promise<void> {
  await withServer(options, command, async ({ client, signal }) =>
    answer(await client.job(id).cancel({ signal }), options),
  )
}

/** The action of `volley result`. */
export async function result(id: string, options: AccessOptions & OutputOptions, command: Command): Promise<void> {
  const output = await receivingOutput(options)
  await withServer(options, command, async ({ client, signal }) => {
    const asked = client.job(id)
    throwFailure(await followJob(asked, signal))
    await receiveResult(output, asked, signal)
  })
}

/** The action of `volley logs`. */
export async function logs(
  id: string,
  options: AnswerOptions & { readonly follow?: boolean },
  command: Command,
): Promise<void> {
  const { json = false, follow = false } = options
  await withServer(options, command, async ({ client, signal }) => {
    const asked = client.job(id)
    if (!follow) {
      const text = await asked.logs({ signal })
      return printText(json ? `${JSON.stringify({ text })}\n` : text)
    }
    await writeStdout(Readable.from(printed(asked, json, signal)))
  })
}

async function* printed(asked: RemoteJob, json: boolean, signal: AbortSignal): AsyncGenerator<string> {
  for await (const { event, data } of asked.events({ signal })) {
    if (event === 'log') yield json ? `${JSON.stringify(data)}\n` : data.text
  }
}

const answer = (resource: JobResource, { json }: AnswerOptions): Promise<void> =>
  printText(json === true ? `${JSON.stringify(resource)}\n` : describe(resource))

/** `id  status  created  rows  took  error`, aligned. */
function listOf(found: readonly JobResource[]): string {
  const rows = [
    ['ID', 'STATUS', 'CREATED', 'ROWS', 'TOOK', 'ERROR'],
    ...found.map((one) => [
      printable(one.id),
      one.status,
      one.createdAt,
      rowsOf(one),
      secondsOf(one),
      one.error?.code ?? '',
    ]),
  ]
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((row) => textWidth(row[i] ?? '')))) ?? []
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, i) => padText(cell, widths[i] ?? 0, i === 3 || i === 4))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}

const rowsOf = ({ report }: JobResource): string => (report === undefined ? '' : grouped(report.rows))

function secondsOf({ startedAt, endedAt }: JobResource): string {
  if (startedAt === undefined || endedAt === undefined) return ''
  return `${((Date.parse(endedAt) - Date.parse(startedAt)) / 1000).toFixed(1)} s`
}

function describe(resource: JobResource): string {
  const { progress, result: kept, error } = resource
  const lines: readonly (readonly [string, string | undefined])[] = [
    ['id', printable(resource.id)],
    ['owner', printable(resource.owner)],
    ['status', resource.status],
    ['created', resource.createdAt],
    ['started', resource.startedAt],
    ['ended', resource.endedAt],
    ['runs', resource.runs > 1 ? String(resource.runs) : undefined],
    [
      'progress',
      progress && `${grouped(progress.rowsRead)} rows read, ${progress.tasksDone} of ${progress.tasks} tasks`,
    ],
    ['lost tasks', resource.attempts.length > 0 ? String(resource.attempts.length) : undefined],
    ['result', kept && `${grouped(kept.rows)} rows, ${grouped(kept.bytes)} bytes, kept until ${kept.expiresAt}`],
    [
      'printed',
      resource.logs.bytes > 0 ? `${grouped(resource.logs.bytes)} bytes: volley logs ${resource.id}` : undefined,
    ],
    ['error', error && `${error.detail} [${error.code}]`],
  ]
  return lines.flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(11)}${value}\n`])).join('')
}
