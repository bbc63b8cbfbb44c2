// The subcommands and their options. A command's code is loaded when it runs, so that help and usage errors appear at
// once.

import { Command, Option } from 'commander'
import { allScopes } from '../auth/principal.ts'
import { serveOptions } from '../config/serve-options.ts'
import { inputFormatNames } from './detect-format.ts'
import type { InputOptions } from './input-files.ts'
import { formatNames, usualExtensions } from './output-formats.ts'
import { character, duration, listOption, option, secondsOf, wholeNumber } from './parse-options.ts'
import type { RunOptions } from './run.ts'
import { defaultStateDirectory } from './token.ts'

/** All of them, in the order of the help. */
export const commands = (): readonly Command[] => [
  sqlCommand(),
  runCommand(),
  schemaCommand(),
  convertCommand(),
  serveCommand(),
  tokenCommand(),
  functionsCommand(),
  inspectCommand(),
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
  return withExamples(command, [
    `volley sql "select origin, count(*) as n from flights_3m group by origin" data/flights-3m.parquet`,
    `volley sql "select * from 'data/flights-3m.parquet' where delay > 60" --out late.csv`,
    `cat events.ndjson | volley sql "select kind, count(*) as n from stdin group by kind" - | jq .n`,
  ]).action(async (query: string, files: readonly string[], options: RunOptions) => {
    await (await import('./run.ts')).sql(query, files, options, command)
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

function addInputOptions(command: Command): void {
  command
    .addOption(
      new Option(
        '--input-format <format>',
        'of the files (default: by their names, or else by how they begin)',
      ).choices(inputFormatNames()),
    )
    .addOption(new Option('--delimiter <character>', 'between the fields of CSV files').argParser(character))
    .option('--no-header', 'CSV files begin with a row, not with the names of the columns')
}

function addOutputOptions(command: Command): void {
  command.option('-o, --out <file>', `file for the result, ${usualExtensions()} (default: stdout)`)
  addFormatOptions(command)
  command
    .addOption(new Option('--rows <n>', 'rows of a printed table (default: 40)').argParser(wholeNumber(0, 1_000_000)))
    .addOption(new Option('--all', 'all rows of a printed table').conflicts('rows'))
}

function addFormatOptions(command: Command): void {
  const description = 'of the result (default: by the name of the file, else table on a terminal, ndjson elsewhere)'
  command
    .addOption(new Option('--format <format>', description).choices(formatNames))
    .option('--force', 'replace the file if it exists')
    .addOption(
      listOption('--partition-by <column>', 'write a directory of files, one below for each value', { env: false }),
    )
}

function addWorkOptions(command: Command): void {
  command
    .addOption(listOption('--worker-env <name=value>', 'variable that functions see', { env: false }))
    .addOption(option('--worker-cwd <dir>', 'directory that functions run in (default: an empty one)'))
    .addOption(option('--workers <n>', 'worker processes (default: one per core)').argParser(wholeNumber(1, 1024)))
    .addOption(option('--timeout <seconds>', 'end the job after that long (default: never)').argParser(secondsOf))
    .addOption(option('--worker-context <file>', 'module that every worker imports when it starts'))
}

const addTraceOption = (command: Command): Command =>
  command.addOption(option('--trace <file>', 'timeline of this process and its workers, for ui.perfetto.dev'))

const addExplainOption = (command: Command): Command =>
  command.option('--explain', 'tell how it would run, and run nothing')

const withExamples = (command: Command, examples: readonly string[]): Command =>
  command.addHelpText('after', `\nExamples:\n${examples.map((example) => `  ${example}\n`).join('')}`)
