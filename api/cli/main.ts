// The `volley` command: which subcommands there are and what their outcomes mean for the exit code. 0 done, 1 failed,
// 2 usage, 130 interrupted. Data goes to stdout, everything else to stderr.

import { Command, CommanderError } from 'commander'
import { isVolleyError, type VolleyError } from '../../functions/errors.ts'
import { version } from '../version.ts'
import { commands } from './commands.ts'
import { isFileProblem, reasonOf } from './file-problems.ts'
import { Interrupted, JobFailure, UsageError } from './outcome.ts'
import { watchStandardStreams } from './stdout.ts'

/** Runs the command line; sets the exit code. */
export async function main(args: readonly string[]): Promise<void> {
  watchStandardStreams()
  const program = new Command('volley')
    .description('Runs queries and jobs over Arrow, Parquet, CSV and NDJSON files on worker processes')
    .version(version(), '-v, --version', 'print the version')
    .addHelpText('after', '\n"volley help COMMAND" tells the options of a command.')
  const all = commands()
  for (const command of all) program.addCommand(command)
  for (const command of [program, ...all, ...all.flatMap(({ commands }) => commands)]) {
    command.exitOverride().configureOutput({ outputError: (text, write) => write(usageText(text, command)) })
    refuseRepeats(command)
  }
  try {
    await program.parseAsync([...args], { from: 'user' })
  } catch (error) {
    process.exitCode = exitCodeOf(error)
  }
}

/** Says what went wrong and gives its exit code. */
function exitCodeOf(error: unknown): number {
  // What went wrong first is what matters; that tidying up failed too follows from it.
  if (error instanceof SuppressedError) return exitCodeOf(error.suppressed)
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (error instanceof Interrupted) return 130
  if (error instanceof UsageError) return say(`${error.message} [usage_error]`, 2)
  if (error instanceof JobFailure) return say(error.message, 1)
  if (isVolleyError(error)) return say(inWordsOfOptions(error), 1)
  if (process.env.VOLLEY_DEBUG) return say(error instanceof Error ? String(error.stack) : String(error), 1)
  if (isFileProblem(error) && error instanceof Error && 'path' in error) {
    return say(`Cannot use "${error.path}": ${reasonOf(error)}`, 1)
  }
  return say(error instanceof Error ? error.message : String(error), 1)
}

/** What a library's user sets by an option of another name. */
function inWordsOfOptions({ code, message, details }: VolleyError): string {
  const { timeoutMs } = details
  if (code !== 'timeout' || typeof timeoutMs !== 'number') return `${message} [${code}]`
  return `The job did not end within ${timeoutMs / 1000} s: allow it more with --timeout [${code}]`
}

function say(message: string, code: number): number {
  process.stderr.write(`volley: ${message}\n`)
  return code
}

/** Commander's `error: unknown option '--x'` in the form of all others. */
function usageText(text: string, command: Command): string {
  if (!text.startsWith('error: ')) return text
  const said = text.slice('error: '.length).trim().replaceAll(/\.?\n/g, '. ').replaceAll(/[()]/g, '')
  const message = `${said.charAt(0).toUpperCase()}${said.slice(1)}${/[.?]$/.test(said) ? '' : '.'}`
  return `volley: ${message} See ${command.parent === null ? 'volley' : `volley ${command.name()}`} --help [usage_error]\n`
}

/** An option that takes one value would take the last of two without a word. */
function refuseRepeats(command: Command): void {
  for (const option of command.options) {
    if (Array.isArray(option.defaultValue)) continue
    let isGiven = false
    command.on(`option:${option.name()}`, () => {
      if (isGiven) command.error(`error: option '${option.flags}' was given twice, give it once`)
      isGiven = true
    })
  }
}
