// The subcommands and their options. A command's code is loaded when it runs, so that help and usage errors appear at
// once.

import { Command } from 'commander'
import { resultFormats, usualExtensions } from '../formats/result-formats.ts'
import { listOption, option, wholeNumber } from './parse-options.ts'
import type { RunCommandOptions } from './run.ts'
import { defaultStateDirectory } from './token.ts'

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent']

export function serveCommand(): Command {
  return new Command('serve')
    .description('Serves jobs over HTTP')
    .addOption(option('--host <host>', 'address to listen on').default('127.0.0.1'))
    .addOption(option('--port <port>', '0 picks a free one').default(8642).argParser(wholeNumber(0, 65_535)))
    .addOption(listOption('--data-root <dir>', 'directory whose files jobs may read'))
    .addOption(listOption('--table <name=path>', 'file that jobs may read by name'))
    .addOption(option('--worker-context <file>', 'module that every worker imports when it starts'))
    .addOption(option('--workers <n>', 'worker processes (default: one per core)').argParser(wholeNumber(1, 1024)))
    .addOption(option('--spare-workers <n>', 'workers kept started ahead').argParser(wholeNumber(0, 1024)))
    .addOption(option('--state-dir <dir>', 'where the token is kept').default(defaultStateDirectory()))
    .addOption(option('--token <token>', 'token that requests must bear; VOLLEY_TOKEN does not show in ps'))
    .addOption(option('--token-file <file>', 'file that holds it').conflicts('token'))
    .addOption(listOption('--allow-host <name>', 'host name that this server goes by, besides localhost'))
    .addOption(
      option('--allow-inline-udfs', 'run code that jobs bring along: as much as a shell for who has the token'),
    )
    .addOption(option('--insecure-no-auth', 'let anybody who can connect run jobs'))
    .addOption(
      option('--max-bytes-in-flight <n>', 'of all bodies together (default: an eighth of the memory)').argParser(
        wholeNumber(1, Number.MAX_SAFE_INTEGER),
      ),
    )
    .addOption(option('--log-level <level>', 'of the JSON log on stderr').choices(logLevels).default('info'))
    .action(async (_options, command: Command) => (await import('./serve.ts')).serve(command))
}

export function runCommand(): Command {
  return new Command('run')
    .description('Runs a JSON job here, on worker processes of its own')
    .argument('<job>', 'file with the job; - reads it from stdin')
    .option('-o, --out <file>', `where the result goes, ${usualExtensions()} (default: stdout)`)
    .addOption(
      option('--format <format>', 'default: by the file, else a table or NDJSON').choices([
        ...resultFormats.map(({ name }) => name),
        'table',
      ]),
    )
    .addOption(listOption('--table <name=path>', 'file that the job may read by name'))
    .addOption(option('--worker-context <file>', 'module that every worker imports when it starts'))
    .addOption(option('--workers <n>', 'worker processes (default: one per core)').argParser(wholeNumber(1, 1024)))
    .action(async (job: string, options: RunCommandOptions, command: Command) => {
      await (await import('./run.ts')).run(job, options, command)
    })
}

export function inspectCommand(): Command {
  return new Command('inspect')
    .description('Tells what a function would take along if it were shipped')
    .argument('<module#export>', 'module that exports it; it is imported, so its code runs here')
    .option('--json', 'as JSON')
    .action(async (target: string, options: { readonly json?: boolean }) => {
      await (await import('./inspect.ts')).inspect(target, options)
    })
}

export function functionsCommand(): Command {
  return new Command('functions')
    .description('Tells what functions expressions may call')
    .argument('[name]', 'one of them, with examples')
    .option('--json', 'as JSON')
    .action(async (name: string | undefined, options: { readonly json?: boolean }) => {
      const { functions } = await import('./functions.ts')
      functions(name, options)
    })
}
