// The server that a command asks: where it is, with which token, and what goes wrong in the words of the command line. A
// token is never printed.

import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { isVolleyError, type VolleyError } from '../../../functions/errors.ts'
import { VolleyClient } from '../../client/client.ts'
import { Interrupt } from '../local-session.ts'
import { excerptOf, JobFailure } from '../outcome.ts'
import { checkToken, defaultStateDirectory, readTokenFile } from '../token.ts'

export interface AccessOptions {
  readonly server?: string
  readonly token?: string
  readonly tokenFile?: string
}

export interface ServerWork {
  readonly client: VolleyClient
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal
}

/** Where `volley serve` listens unless it is told otherwise. */
export const defaultServer = 'http://127.0.0.1:8642'
/** A person waits: longer than a server takes to start, shorter than patience lasts. */
const RETRIES = 5

/**
 * Asks a server for something.
 *
 * @param text - What the person wrote, which errors may point into.
 * @throws {Interrupted} On Ctrl-C.
 * @throws {JobFailure} Whatever the server or the connection refused.
 */
export async function withServer(
  options: AccessOptions,
  command: Command,
  use: (work: ServerWork) => Promise<void>,
  text = '',
): Promise<void> {
  const client = await clientFor(options, command)
  using interrupt = new Interrupt()
  try {
    await use({ client, signal: interrupt.signal })
  } catch (error) {
    interrupt.signal.throwIfAborted()
    if (!isVolleyError(error)) throw error
    throw new JobFailure(error, inWordsOfCommands(error), excerptOf(text, error))
  }
}

/** @throws {UsageError} For a token or an address that cannot be. */
export async function clientFor(options: AccessOptions, command: Command): Promise<VolleyClient> {
  const { server: url = defaultServer } = options
  const token = await tokenFor(options, command)
  return new VolleyClient({ url, retries: RETRIES, ...(token === undefined ? {} : { token }) })
}

/** The token that is given; where none is, that which a server of this machine has made for its user. */
async function tokenFor({ server, token, tokenFile }: AccessOptions, command: Command): Promise<string | undefined> {
  const isFileMeant =
    command.getOptionValueSource('tokenFile') === 'cli' && command.getOptionValueSource('token') === 'env'
  if (token !== undefined && !isFileMeant) return checkToken(token, 'the token')
  if (tokenFile !== undefined) return readTokenFile(tokenFile)
  if (server !== undefined && !/^https?:\/\/(127\.\d+\.\d+\.\d+|localhost|\[::1\])(:|\/|$)/.test(server))
    return undefined
  const own = join(process.env.VOLLEY_STATE_DIR ?? defaultStateDirectory(), 'token')
  return access(own).then(
    () => readTokenFile(own),
    () => undefined,
  )
}

/** What a server advises is meant for whoever writes requests. */
export const inWordsOfCommands = ({ code, message }: VolleyError): string =>
  code === 'unauthorized'
    ? 'The server does not accept this without a token that it knows: give one with --token-file FILE or VOLLEY_TOKEN; "volley token create" makes one where the server is'
    : message
