// Options that several commands have, each said once.

import { type Command, Option } from 'commander'
import { inputFormatNames } from './detect-format.ts'
import { formatNames, usualExtensions } from './output-formats.ts'
import { character, listOption, option, secondsOf, wholeNumber } from './parse-options.ts'

export function addInputOptions(command: Command): void {
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

export function addOutputOptions(command: Command): void {
  command.option('-o, --out <file>', `file for the result, ${usualExtensions()} (default: stdout)`)
  addFormatOptions(command)
  command
    .addOption(new Option('--rows <n>', 'rows of a printed table (default: 40)').argParser(wholeNumber(0, 1_000_000)))
    .addOption(new Option('--all', 'all rows of a printed table').conflicts('rows'))
}

export function addFormatOptions(command: Command): void {
  const description = 'of the result (default: by the name of the file, else table on a terminal, ndjson elsewhere)'
  command
    .addOption(new Option('--format <format>', description).choices(formatNames))
    .option('--force', 'replace the file if it exists')
    .addOption(
      listOption('--partition-by <column>', 'write a directory of files, one below for each value', { env: false }),
    )
}

export function addWorkOptions(command: Command): void {
  command
    .addOption(listOption('--worker-env <name=value>', 'variable that functions see', { env: false }))
    .addOption(option('--worker-cwd <dir>', 'directory that functions run in (default: an empty one)'))
    .addOption(option('--workers <n>', 'worker processes (default: one per core)').argParser(wholeNumber(1, 1024)))
    .addOption(option('--timeout <seconds>', 'end the job after that long (default: never)').argParser(secondsOf))
    .addOption(option('--worker-context <file>', 'module that every worker imports when it starts'))
}

export const addTraceOption = (command: Command): Command =>
  command.addOption(option('--trace <file>', 'timeline of this process and its workers, for ui.perfetto.dev'))

export const addExplainOption = (command: Command): Command =>
  command.option('--explain', 'tell how it would run, and run nothing')

export const withExamples = (command: Command, examples: readonly string[]): Command =>
  command.addHelpText('after', `\nExamples:\n${examples.map((example) => `  ${example}\n`).join('')}`)

/** @param isServerMeant - Whether the variable alone says that a server is meant. */
export function addAccessOptions(command: Command, isServerMeant = true): void {
  const server = isServerMeant ? option : (flags: string, text: string) => new Option(flags, text)
  const fallback = isServerMeant ? ' (default: http://127.0.0.1:8642)' : ''
  command
    .addOption(server('--server <url>', `address of a server${fallback}`))
    .addOption(option('--token <token>', 'that it accepts; others see arguments, so better in the variable or a file'))
    .addOption(option('--token-file <file>', 'file with the token (default: that of a server of this user)'))
}

export const addJsonOption = (command: Command): Command => command.option('--json', 'as JSON')
