// `volley serve`: from options to a listening server, and its orderly shutdown on Ctrl-C or SIGTERM.

import type { Command } from 'commander'
import type { FastifyInstance } from 'fastify'
import { codeOf } from './file-problems.ts'
import { Interrupted, UsageError } from './outcome.ts'
import { listOf, moduleUrl, tablesOf, type WorkerPlace, workerPlace } from './parse-options.ts'
import { checkToken, ownToken, readTokenFile, type ServerToken } from './token.ts'

interface ServeOptions extends WorkerPlace {
  readonly host: string
  readonly port: number
  readonly workers?: number
  readonly spareWorkers?: number
  readonly workerContext?: string
  readonly stateDir: string
  readonly token?: string
  readonly tokenFile?: string
  readonly allowInlineUdfs?: boolean
  readonly insecureNoAuth?: boolean
  readonly maxBytesInFlight?: number
  readonly maxRunningJobs?: number
  readonly maxQueuedJobs?: number
  readonly maxRunningPerToken?: number
  readonly rate?: number
  readonly logLevel: string
}

/** The action of `volley serve`; ends when it is told to. */
export async function serve(command: Command): Promise<void> {
  const options = command.opts<ServeOptions>()
  const token = await tokenFor(options)
  // Options that are refused above need not wait for the server's modules.
  const { buildServer } = await import('../server.ts')
  const app = buildServer({
    ...(token === undefined ? { insecureNoAuth: true } : { tokens: [token.token] }),
    pool: {
      ...workerPlace(options),
      ...(options.workers === undefined ? {} : { workers: options.workers }),
      ...(options.spareWorkers === undefined ? {} : { spareWorkers: options.spareWorkers }),
      ...(options.workerContext === undefined ? {} : { workerContext: moduleUrl(options.workerContext) }),
    },
    dataRoots: listOf(command, 'dataRoot'),
    tables: tablesOf(listOf(command, 'table')),
    allowInlineUdfs: options.allowInlineUdfs ?? false,
    allowedHosts: [...listOf(command, 'allowHost'), ...(isLoopback(options.host) ? [] : [options.host])],
    ...(options.maxBytesInFlight === undefined ? {} : { maxBytesInFlight: options.maxBytesInFlight }),
    ...(options.maxRunningJobs === undefined ? {} : { maxRunningJobs: options.maxRunningJobs }),
    ...(options.maxQueuedJobs === undefined ? {} : { maxQueuedJobs: options.maxQueuedJobs }),
    ...(options.maxRunningPerToken === undefined ? {} : { maxRunningPerToken: options.maxRunningPerToken }),
    ...(options.rate === undefined ? {} : { rate: { requestsPerSecond: options.rate } }),
    logger: { level: options.logLevel, stream: process.stderr },
  })
  await using _server = { [Symbol.asyncDispose]: () => app.close() }
  const stopped = stopSignal()
  if (token?.notice !== undefined) process.stderr.write(`${token.notice}\n`)
  if (token === undefined) process.stderr.write('warning: anybody who can connect may run jobs here\n')
  await listen(app, options)
  const signal = await stopped
  if (signal === 'SIGINT') throw new Interrupted()
}

/**
 * The token to require; undefined only with `--insecure-no-auth`.
 *
 * @throws {UsageError} When others could reach the server and nobody has chosen a token.
 */
async function tokenFor({ host, stateDir, ...options }: ServeOptions): Promise<ServerToken | undefined> {
  if (options.insecureNoAuth === true) return undefined
  if (options.token !== undefined) return { token: checkToken(options.token, 'the token') }
  if (options.tokenFile !== undefined) return readTokenFile(options.tokenFile)
  if (isLoopback(host)) return ownToken(stateDir)
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

async function listen(app: FastifyInstance, { host, port }: ServeOptions): Promise<void> {
  await app.listen({ host, port, listenTextResolver: (address) => `listening on ${address}` }).then(
    (address) => process.stderr.write(`listening on ${address}\n`),
    (cause: unknown) => {
      const reason = listenReasons[codeOf(cause) ?? '']
      if (reason === undefined) throw cause
      throw new UsageError(`Cannot listen on ${host}, port ${port}: ${reason}`, { cause })
    },
  )
}

/** Resolves on the first Ctrl-C or SIGTERM; a second one ends the process at once. */
function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let asked = false
    const stop = (signal: NodeJS.Signals): void => {
      if (asked) process.exit(130)
      asked = true
      resolve(signal)
    }
    process.on('SIGINT', stop)
    process.on('SIGTERM', stop)
  })
}
