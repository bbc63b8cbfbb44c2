// The subcommands and their options. A command's code is loaded when it runs, so that help and usage errors appear at
// once.

import { Command, Option } from 'commander'
import { allScopes } from '../auth/principal.ts'
import { serveOptions } from '../config/serve-options.ts'
import type { DoctorOptions } from './doctor/doctor.ts'
import type { InputOptions } from './input-files.ts'
import { usualExtensions } from './output-formats.ts'
import { duration, listOption, option } from './parse-options.ts'
import type { RemoteSqlOptions } from './remote/remote-sql.ts'
import type { RunOptions } from './run.ts'
import { serverCommands } from './server-commands.ts'
import {
  addAccessOptions,
  addExplainOption,
  addFormatOptions,
  addInputOptions,
  addJsonOption,
  addOutputOptions,
  addTraceOption,
  addWorkOptions,
  withExamples,
} from './shared-options.ts'
import { defaultStateDirectory } from './token.ts'

/** All of them, in the order of the help. */
export const commands = (): readonly Command[] => [
  sqlCommand(),
  runCommand(),
  schemaCommand(),
  convertCommand(),
  serveCommand(),
  tokenCommand(),
  ...serverCommands(),
  functionsCommand(),
  inspectCommand(),
  doctorCommand(),
  completionCommand(),
]

function sqlCommand(): Command {
  const command = new Command('sql')
    .description('Runs a query over files')
    .argument('<query>', 'SELECT over one table, or over none')
    .argument(
      '[files...]',
      'tables, named for their files: data/flights-3m.parquet is flights_3m; - is stdin, named stdin',
    )
    .addOption(listOption('--table <name=path>', 'file that the query may read by this name'))
  addInputOptions(command)
  addOutputOptions(command)
  addWorkOptions(command)
  addTraceOption(command)
  addExplainOption(command)
  addAccessOptions(command, false)
  return withExamples(command, [
    `volley sql "select origin, count(*) as n from flights_3m group by origin" data/flights-3m.parquet`,
    `volley sql "select * from 'data/flights-3m.parquet' where delay > 60" --out late.csv`,
    `cat events.ndjson | volley sql "select kind, count(*) as n from stdin group by kind" - | jq .n`,
    `volley sql "select count(*) as n from flights" --server http://127.0.0.1:8642`,
  ]).action(async (query: string, files: readonly string[], options: RunOptions & RemoteSqlOptions) => {
    if (options.server === undefined) await (await import('./run.ts')).sql(query, files, options, command)
    else await (await import('./remote/remote-sql.ts')).remoteSql(query, files, options, command)
  })
}

function runCommand(): Command {
  const command = new Command('run')
    .description('Runs a JSON job here, on worker processes of its own')
    .argument('<job>', 'file with the job; - reads it from stdin')
    .addOption(listOption('--table <name=path>', 'file that the job may read by this name'))
    .addOption(listOption('--part <name=path>', 'file that the job reads as the part of this name', { env: false }))
  addInputOptions(command)
  addOutputOptions(command)
  addWorkOptions(command)
  addTraceOption(command)
  addExplainOption(command)
  return withExamples(command, [
    'volley run job.json',
    'volley run job.json --table flights=data/flights-3m.parquet --out result.arrow',
    `echo '{ "sql": "select 1 + 1 as two" }' | volley run -`,
  ]).action(async (job: string, options: RunOptions) => {
    await (await import('./run.ts')).run(job, options, command)
  })
}

function convertCommand(): Command {
  const command = new Command('convert')
    .description('Writes the rows of files in another format')
    .argument('<in>', 'file, pattern in quotes, or - for stdin')
    .argument('<out>', `file, ${usualExtensions()}, or - for stdout`)
  addInputOptions(command)
  addFormatOptions(command)
  addWorkOptions(command)
  return withExamples(command, [
    'volley convert data.csv data.parquet',
    'volley convert flights.parquet by-origin/ --format parquet --partition-by origin',
    `volley convert 'logs/*.ndjson' logs.arrow --force`,
    'curl -s https://example.org/data.csv | volley convert - - --format ndjson',
  ]).action(async (from: string, to: string, options: RunOptions) => {
    await (await import('./convert.ts')).convert(from, to, options)
  })
}

function schemaCommand(): Command {
  const command = new Command('schema')
    .description('Tells the columns of a file, and how many rows it has where that is known without reading them')
    .argument('<file>', 'file, pattern in quotes, or - for stdin')
    .option('--json', 'as JSON')
  addInputOptions(command)
  return withExamples(command, [
    'volley schema data/flights-3m.parquet',
    'volley schema data.csv --json | jq -r .columns[].name',
  ]).action(async (file: string, options: InputOptions & { readonly json?: boolean }) => {
    await (await import('./schema.ts')).schema(file, options)
  })
}

function serveCommand(): Command {
  const command = new Command('serve').description('Serves jobs over HTTP')
  for (const option of serveOptions()) command.addOption(option)
  return withExamples(command, [
    'volley serve --data-root ./data',
    'VOLLEY_TOKEN=… volley serve --table flights=data/flights-3m.parquet --workers 4',
  ]).action(async () => (await import('./serve.ts')).serve(command))
}

function tokenCommand(): Command {
  const stateDir = () => option('--state-dir <dir>', 'of the server').default(defaultStateDirectory())
  const json = () => new Option('--json', 'as JSON')
  const create = new Command('create')
    .description('Makes a token and prints it, this once')
    .argument('<name>', 'who it is for; jobs belong to this name')
    .addOption(listOption('--scope <scope>', 'what it allows', { env: false, choices: allScopes }))
    .addOption(new Option('--expires <time>', 'how long it works, such as 30d (default: for ever)').argParser(duration))
    .addOption(stateDir())
    .addOption(json())
    .action(async (name: string, options) => (await import('./tokens.ts')).create(name, options))
  const list = new Command('list')
    .description('Tells the tokens there are, without their secrets')
    .addOption(stateDir())
    .addOption(json())
    .action(async (options) => (await import('./tokens.ts')).list(options))
  const rotate = new Command('rotate')
    .description('Gives a token a new secret')
    .argument('<name>')
    .addOption(
      new Option('--grace <time>', 'how long the old one still works').argParser(duration).default(0, 'not at all'),
    )
    .addOption(stateDir())
    .addOption(json())
    .action(async (name: string, options) => (await import('./tokens.ts')).rotate(name, options))
  const revoke = new Command('revoke')
    .description('Takes a token back')
    .argument('<name>')
    .addOption(stateDir())
    .action(async (name: string, options) => (await import('./tokens.ts')).revoke(name, options))
  const command = new Command('token').description('Makes, lists, rotates and revokes the tokens of a server')
  for (const one of [create, list, rotate, revoke]) command.addCommand(one)
  return withExamples(command, [
    'volley token create reports --scope jobs:read --scope jobs:write --expires 30d',
    'volley token rotate reports --grace 1h',
  ])
}

function inspectCommand(): Command {
  const command = new Command('inspect')
    .description('Tells what a function would take along if it were shipped')
    .argument('<module#export>', 'module that exports it; it is imported, so its code runs here')
    .option('--json', 'as JSON')
  return withExamples(command, ["volley inspect './functions.ts#gross'"]).action(
    async (target: string, options: { readonly json?: boolean }) => {
      await (await import('./inspect.ts')).inspect(target, options)
    },
  )
}

function functionsCommand(): Command {
  const command = new Command('functions')
    .description('Tells what functions expressions may call')
    .argument('[name]', 'one of them, with examples')
    .option('--json', 'as JSON')
  return withExamples(command, ['volley functions', 'volley functions date_bin']).action(
    async (name: string | undefined, options: { readonly json?: boolean }) => {
      await (await import('./functions.ts')).functions(name, options)
    },
  )
}

function doctorCommand(): Command {
  const command = new Command('doctor')
    .description('Tells what this machine has for Volley, and whether a server is to be reached from here')
    .addOption(option('--state-dir <dir>', 'of a server').default(defaultStateDirectory()))
  addAccessOptions(command, true)
  addJsonOption(command)
  return withExamples(command, ['volley doctor', 'volley doctor --server http://127.0.0.1:8642']).action(
    async (options: DoctorOptions) => (await import('./doctor/doctor.ts')).doctor(options, command),
  )
}

function completionCommand(): Command {
  const command = new Command('completion')
    .description('Prints a script that completes commands and options in a shell')
    .argument('<shell>', 'bash, zsh or fish')
  return withExamples(command, ['source <(volley completion bash)']).action(async (shell: string) =>
    (await import('./completion.ts')).completion(shell, commands()),
  )
}
