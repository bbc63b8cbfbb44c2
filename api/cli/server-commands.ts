// The subcommands that ask a server.

import { Command, Option } from 'commander'
import { jobStatuses } from '../jobs/job-record.ts'
import { listOption, timeOf, wholeNumber } from './parse-options.ts'
import type { ListOptions } from './remote/jobs.ts'
import type { SubmitOptions } from './remote/submit.ts'
import { addAccessOptions, addJsonOption, addOutputOptions, withExamples } from './shared-options.ts'

const DEFAULT_LISTED = 20

export const serverCommands = (): readonly Command[] => [
  submitCommand(),
  jobsCommand(),
  jobCommand(),
  resultCommand(),
  logsCommand(),
  cancelCommand(),
]

const jobsCode = () => import('./remote/jobs.ts')

function submitCommand(): Command {
  const command = new Command('submit')
    .description('Submits a job to a server and prints its id')
    .argument('<job>', 'file with the job: JSON, .sql, or the bytes of a DataFrame; - reads it from stdin')
    .addOption(listOption('--part <name=path>', 'file that travels along as the part of this name', { env: false }))
    .option('--wait', 'wait for its end and give its result, as --out does too')
  addOutputOptions(command)
  addAccessOptions(command)
  addJsonOption(command)
  return withExamples(command, [
    'volley submit job.json --server https://volley.example.org',
    'volley submit query.sql --wait --format csv',
    'volley submit job.json --part sales=sales.csv --out totals.parquet',
  ]).action(async (file: string, options: SubmitOptions) =>
    (await import('./remote/submit.ts')).submit(file, options, command),
  )
}

function jobsCommand(): Command {
  const command = new Command('jobs')
    .description('Lists the jobs that a server knows, newest first')
    .addOption(new Option('--status <status>', 'those that have come so far').choices(jobStatuses))
    .addOption(
      new Option('--since <time>', 'those that came in since then: ISO 8601, or 90s, 15m, 12h, 30d ago').argParser(
        timeOf,
      ),
    )
    .addOption(
      new Option('--limit <n>', 'how many at most').argParser(wholeNumber(1, 1_000_000)).default(DEFAULT_LISTED),
    )
  addAccessOptions(command)
  addJsonOption(command)
  return withExamples(command, ['volley jobs', 'volley jobs --status failed --since 1h --json | jq -r .[].id']).action(
    async (options: ListOptions) => (await jobsCode()).jobs(options, command),
  )
}

function jobCommand(): Command {
  const command = new Command('job').description('Tells how a job is').argument('<id>')
  addAccessOptions(command)
  addJsonOption(command)
  return withExamples(command, ['volley job nightly', 'volley job nightly --json | jq .progress']).action(
    async (id: string, options) => (await jobsCode()).job(id, options, command),
  )
}

function resultCommand(): Command {
  const command = new Command('result').description('Gives the result of a job, once it has ended').argument('<id>')
  addOutputOptions(command)
  addAccessOptions(command)
  return withExamples(command, ['volley result nightly', 'volley result nightly --out nightly.parquet']).action(
    async (id: string, options) => (await jobsCode()).result(id, options, command),
  )
}

function logsCommand(): Command {
  const command = new Command('logs')
    .description('Gives what the functions of a job printed')
    .argument('<id>')
    .option('-f, --follow', 'as it comes, until the job ends')
  addAccessOptions(command)
  addJsonOption(command)
  return withExamples(command, ['volley logs nightly --follow']).action(async (id: string, options) =>
    (await jobsCode()).logs(id, options, command),
  )
}

function cancelCommand(): Command {
  const command = new Command('cancel').description('Ends a job, and waits for that').argument('<id>')
  addAccessOptions(command)
  addJsonOption(command)
  return withExamples(command, ['volley cancel nightly']).action(async (id: string, options) =>
    (await jobsCode()).cancel(id, options, command),
  )
}
