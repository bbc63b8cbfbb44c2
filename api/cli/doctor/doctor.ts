// `volley doctor`: what this machine has for Volley, check by check, and whether a server is to be reached from here.

import { Readable } from 'node:stream'
import type { Command } from 'commander'
import { isVolleyError } from '../../../functions/errors.ts'
import { Interrupt } from '../local-session.ts'
import { type AccessOptions, clientFor, inWordsOfCommands } from '../remote/server-access.ts'
import { printText, writeStdout } from '../stdout.ts'
import { defaultStateDirectory } from '../token.ts'
import type { Examined, Finding } from './check.ts'
import { checks } from './checks.ts'

export interface DoctorOptions extends AccessOptions {
  readonly stateDir?: string
  readonly json?: boolean
}

interface NamedFinding extends Finding {
  readonly name: string
}

/** The action of `volley doctor`. */
export async function doctor(options: DoctorOptions, command: Command): Promise<void> {
  using interrupt = new Interrupt()
  const { signal } = interrupt
  const examined: Examined = {
    stateDir: options.stateDir ?? defaultStateDirectory(),
    signal,
    askServer: options.server === undefined ? undefined : () => askServer(options, command, signal),
  }
  const findings = examine(examined)
  if (options.json === true) await printText(`${JSON.stringify(await Array.fromAsync(findings))}\n`)
  else await writeStdout(Readable.from(linesOf(findings)))
}

/** Sets the exit code. */
async function* examine(examined: Examined): AsyncGenerator<NamedFinding, void, undefined> {
  for (const { name, run } of checks) {
    const found = await run(examined).catch(failing)
    examined.signal.throwIfAborted()
    if (found?.status === 'failing') process.exitCode = 1
    if (found !== undefined) yield { name, ...found }
  }
}

function failing(error: unknown): Finding {
  if (isVolleyError(error)) return { status: 'failing', text: `${inWordsOfCommands(error)} [${error.code}]` }
  return { status: 'failing', text: error instanceof Error ? error.message : String(error) }
}

async function* linesOf(findings: AsyncIterable<NamedFinding>): AsyncGenerator<string, void, undefined> {
  for await (const finding of findings) yield line(finding)
}

const marks: Readonly<Record<Finding['status'], string>> = { ok: 'ok', warning: 'warn', failing: 'FAIL' }

const line = ({ name, status, text }: NamedFinding): string => `${marks[status].padEnd(4)}  ${name.padEnd(17)}${text}\n`

async function askServer(options: DoctorOptions, command: Command, signal: AbortSignal): Promise<string> {
  const client = await clientFor(options, command)
  const tables = await client.tables({ signal })
  return `${options.server} answers and knows the token; it has ${tables.length} table${tables.length === 1 ? '' : 's'}`
}
