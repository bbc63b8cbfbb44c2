// The token of `volley serve`: the one given, or one that is created on the first start and kept in a file that only its
// owner may read.

import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { reasonOf } from './file-problems.ts'
import { UsageError } from './outcome.ts'

/** A token, and what to tell the user about it. */
export interface ServerToken {
  readonly token: string
  readonly notice?: string
}

/** The token in a file that the user names. @throws {UsageError} When there is none. */
export async function readTokenFile(file: string): Promise<ServerToken> {
  const token = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new UsageError(`Cannot read the token file "${file}": ${reasonOf(cause)}`, { cause })
  })
  return { token: checkToken(token.trim(), `the token file "${file}"`) }
}

/**
 * The token in the state directory, created if there is none.
 *
 * @throws {UsageError} When others may read the file.
 */
export async function ownToken(stateDirectory: string): Promise<ServerToken> {
  const file = join(stateDirectory, 'token')
  await mkdir(stateDirectory, { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
    throw new UsageError(`Cannot keep a token in "${stateDirectory}": ${reasonOf(cause)}; choose another --state-dir`, {
      cause,
    })
  })
  const made = randomBytes(32).toString('base64url')
  try {
    await using handle = await open(file, 'wx', 0o600)
    await handle.writeFile(`${made}\n`)
    return { token: made, notice: `made a token: ${made}\nit is kept in ${file}` }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const { mode } = await stat(file)
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new UsageError(`Cannot use the token in "${file}": others may read it, chmod 600 it or remove it`)
  }
  return { ...(await readTokenFile(file)), notice: `the token is in ${file}` }
}

/** @throws {UsageError} When it could not be sent in a header. */
export function checkToken(token: string, what: string): string {
  if (/^[\x21-\x7e]{8,}$/.test(token)) return token
  throw new UsageError(`Cannot use ${what}: a token has at least 8 characters and no spaces`)
}

/** Where this user's state belongs on this system. */
export function defaultStateDirectory(): string {
  const { XDG_STATE_HOME, LOCALAPPDATA } = process.env
  if (process.platform === 'win32') return join(LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'volley')
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'volley')
  return join(XDG_STATE_HOME ?? join(homedir(), '.local', 'state'), 'volley')
}
