// The `volley` command: which subcommands there are and what their outcomes mean for the exit code. 0 done, 1 failed,
// 2 usage, 130 interrupted. Data goes to stdout, everything else to stderr.

import { Command, CommanderError } from 'commander'
import { isVolleyError } from '../../functions/errors.ts'
import { functionsCommand, inspectCommand, runCommand, serveCommand } from './commands.ts'
import { Interrupted, UsageError } from './outcome.ts'

/** Runs the command line; sets the exit code. */
export async function main(args: readonly string[]): Promise<void> {
  const program = new Command('volley')
    .description('Runs jobs over Arrow, Parquet and CSV data on worker processes')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .addCommand(serveCommand())
    .addCommand(runCommand())
    .addCommand(inspectCommand())
    .addCommand(functionsCommand())
  for (const command of program.commands) command.exitOverride()
  try {
    await program.parseAsync([...args], { from: 'user' })
  } catch (error) {
    process.exitCode = exitCodeOf(error)
  }
}

/** Says what went wrong and gives its exit code. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (error instanceof Interrupted) return 130
  if (error instanceof UsageError) return say(error.message, 2)
  if (isVolleyError(error)) return say(`${error.message} [${error.code}]`, 1)
  return say(
    error instanceof Error ? (process.env.VOLLEY_DEBUG ? String(error.stack) : error.message) : String(error),
    1,
  )
}

function say(message: string, code: number): number {
  process.stderr.write(`volley: ${message}\n`)
  return code
}
