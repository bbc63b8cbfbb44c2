// `volley serve`: from settings to a listening server, and its orderly shutdown on Ctrl-C, SIGTERM or SIGHUP.

import type { Command } from 'commander'
import type { FastifyInstance } from 'fastify'
import { isVolleyError } from '../../functions/errors.ts'
import type { CageOptions } from '../../runtime/cage/options.ts'
import { configFileOf, readSettings, serverOptionsOf } from '../config/read-settings.ts'
import type { SettingValues } from '../config/settings.ts'
import type { ServerOptions } from '../server-options.ts'
import { exportTraces } from '../tracing/export-traces.ts'
import { codeOf } from './file-problems.ts'
import { Interrupted, UsageError } from './outcome.ts'
import { checkToken, defaultStateDirectory, ownTokens, readTokenFile } from './token.ts'
import { holdYoungGeneration } from './young-generation.ts'

/** The action of `volley serve`; ends when it is told to. */
export async function serve(command: Command): Promise<void> {
  const settings = await settingsOf(command)
  if (settings.printConfig === true) {
    process.stdout.write(configFileOf(settings))
    return
  }
  const access = await accessFor(settings)
  await using _traces = await exportTraces(settings.otlpEndpoint)
  // Options that are refused above need not wait for the server's modules.
  const { buildServer } = await import('../server.ts')
  const options = serverOptionsOf(settings)
  const app = buildServer({
    ...options,
    ...access.options,
    pool: { ...options.pool, cage: cageOf(settings) },
    allowedHosts: [...(settings.allowHost ?? []), ...(isLoopback(settings.host) ? [] : [settings.host])],
    logger: { level: settings.logLevel, stream: process.stderr },
  })
  await using _server = { [Symbol.asyncDispose]: () => app.close() }
  const stopped = stopSignal()
  if (access.notice !== undefined) process.stderr.write(`${access.notice}\n`)
  await listen(app, settings)
  using _held = holdYoungGeneration()
  const signal = await stopped
  if (signal === 'SIGINT') throw new Interrupted()
}

/** @throws {UsageError} For whatever a setting cannot be. */
async function settingsOf(command: Command): Promise<SettingValues> {
  const given = Object.entries(command.opts()).filter(([name]) => command.getOptionValueSource(name) === 'cli')
  return readSettings({ flags: Object.fromEntries(given), env: process.env }).catch((error: unknown) => {
    if (isVolleyError(error)) throw new UsageError(error.message, { cause: error })
    throw error
  })
}

/** @throws {UsageError} For a sandbox where there is to be no cage. */
function cageOf({ cage, cageRead, cageWrite, sandbox, workerNetwork }: SettingValues): false | CageOptions {
  const wish = sandbox as NonNullable<CageOptions['sandbox']>
  if (cage === 'on') {
    return { read: cageRead ?? [], write: cageWrite ?? [], sandbox: wish, network: workerNetwork ?? false }
  }
  if (sandbox === 'none') return false
  throw new UsageError('Cannot run workers in a sandbox without a cage: say --cage on, or --sandbox none')
}

interface Access {
  readonly options: Pick<ServerOptions, 'tokens' | 'stateDir' | 'insecureNoAuth'>
  readonly notice?: string
}

/**
 * Whom to let in: with the token that was given, with those of the state directory, or everybody.
 *
 * @throws {UsageError} When others could reach the server and nobody has chosen a token.
 */
async function accessFor({ host, ...options }: SettingValues): Promise<Access> {
  const stateDir = options.stateDir ?? defaultStateDirectory()
  if (options.insecureNoAuth === true) {
    return { options: { insecureNoAuth: true }, notice: 'warning: anybody who can connect may run jobs here' }
  }
  const given =
    options.token === undefined
      ? options.tokenFile && (await readTokenFile(options.tokenFile))
      : checkToken(options.token, 'the token')
  if (given !== undefined) return { options: { tokens: [{ token: given, id: 'default' }], stateDir } }
  if (isLoopback(host)) return { options: { stateDir }, notice: await ownTokens(stateDir) }
  throw new UsageError(
    `Cannot listen on "${host}" without a token: others can reach it, so choose one with --token-file FILE or VOLLEY_TOKEN, or listen on 127.0.0.1 (or say --insecure-no-auth if anybody may run jobs here)`,
  )
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

const listenReasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'it is taken, choose another with --port (0 picks a free one)',
  EACCES: 'this user may not, choose a port from 1024 with --port',
  EADDRNOTAVAIL: 'this machine has no such address, choose another with --host',
  ENOTFOUND: 'there is no such host, choose another with --host',
  EAI_AGAIN: 'the name of the host cannot be looked up now, give its address with --host',
}

async function listen(app: FastifyInstance, { host, port }: SettingValues): Promise<void> {
  await app.listen({ host, port, listenTextResolver: (address) => `listening on ${address}` }).then(
    (address) => process.stderr.write(`listening on ${address}\n`),
    (cause: unknown) => {
      const reason = listenReasons[codeOf(cause) ?? '']
      if (reason === undefined) throw cause
      throw new UsageError(`Cannot listen on ${host}, port ${port}: ${reason}`, { cause })
    },
  )
}

/** Resolves when the process is first told to end; a second time ends it at once. */
function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let asked = false
    const stop = (signal: NodeJS.Signals): void => {
      if (asked) process.exit(130)
      asked = true
      resolve(signal)
    }
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
  })
}
