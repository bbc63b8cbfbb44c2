// The token of `volley serve`: the one given, or one that is created on the first start and kept in a file that only its
// owner may read.

import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { adoptToken, isLive, makeSecret } from '../auth/change-tokens.ts'
import { allScopes } from '../auth/principal.ts'
import { TokenFile } from '../auth/token-file.ts'
import { reasonOf } from './file-problems.ts'
import { UsageError } from './outcome.ts'

/** The name of the token that the first start makes. */
export const FIRST_TOKEN = 'default'

/** The token in a file that the user names. @throws {UsageError} When there is none. */
export async function readTokenFile(file: string): Promise<string> {
  const token = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new UsageError(`Cannot read the token file "${file}": ${reasonOf(cause)}`, { cause })
  })
  return checkToken(token.trim(), `the token file "${file}"`)
}

/**
 * What to say about the tokens of the state directory; the first one is made if there is none. Its text is kept beside
 * them, for clients on this machine.
 *
 * @throws {UsageError} When others may read that text.
 */
export async function ownTokens(stateDirectory: string): Promise<string> {
  const tokens = new TokenFile(stateDirectory)
  const file = join(stateDirectory, 'token')
  const isNew = !(await tokens.read()).some(isLive)
  const kept = await stat(file).catch(() => undefined)
  if (kept === undefined && !isNew) return `the tokens are those of "volley token list", kept in ${tokens.path}`
  if (kept !== undefined) {
    if (process.platform !== 'win32' && (kept.mode & 0o077) !== 0) {
      throw new UsageError(`Cannot use the token in "${file}": others may read it, chmod 600 it or remove it`)
    }
    if (isNew) await adoptToken(tokens, FIRST_TOKEN, allScopes, await readTokenFile(file))
    return `the token is in ${file}`
  }
  const made = makeSecret()
  await mkdir(stateDirectory, { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
    throw new UsageError(`Cannot keep a token in "${stateDirectory}": ${reasonOf(cause)}; choose another --state-dir`, {
      cause,
    })
  })
  // Written first: a crash in between leaves a text that the next start takes.
  await writeFile(file, `${made}\n`, { flag: 'wx', mode: 0o600 })
  await adoptToken(tokens, FIRST_TOKEN, allScopes, made)
  return `made a token: ${made}\nit is kept in ${file}`
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
