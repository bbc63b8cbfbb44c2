// The tokens of a state directory: hashes with names, in a file that only its owner may read. Writers take turns and
// replace it as a whole, so that a server reads the old tokens or the new ones, and a crash leaves one of them.

import { mkdir, open, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createError, type VolleyError } from '../../functions/errors.ts'
import { invalidArgument } from '../../functions/options.ts'
import { replaceFile } from '../../runtime/bytes/files.ts'
import { isRunning } from '../../runtime/bytes/is-running.ts'
import { allScopes, type Scope } from './principal.ts'
import { isTokenName } from './token.ts'

/** A token as it is kept; of its secret only the hash. */
export interface StoredToken {
  readonly name: string
  readonly sha256: string
  readonly scopes: readonly Scope[]
  readonly createdAt: string
  readonly expiresAt?: string
}

const LOCK_TRIES = 100
const LOCK_EVERY_MS = 50

export class TokenFile {
  readonly path: string
  readonly #directory: string

  constructor(stateDirectory: string) {
    this.#directory = stateDirectory
    this.path = join(stateDirectory, 'tokens.json')
  }

  /**
   * The tokens in it; none where there is no file.
   *
   * @throws {PlanError} `invalid_argument` for a file that others may read, or that holds anything else.
   */
  async read(): Promise<readonly StoredToken[]> {
    const mode = await stat(this.path).then(
      ({ mode }) => mode,
      (error: unknown) => {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
        throw this.#failed('read', error)
      },
    )
    if (mode === undefined) return []
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw invalidArgument(`Cannot use the tokens in "${this.path}": others may read it, chmod 600 it or remove it`)
    }
    const text = await readFile(this.path, 'utf8').catch((error: unknown) => {
      throw this.#failed('read', error)
    })
    return this.#parse(text)
  }

  /** Changes the tokens while no other process does. @returns What `edit` gives besides the new tokens. */
  async change<T>(edit: (tokens: readonly StoredToken[]) => readonly [readonly StoredToken[], T]): Promise<T> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
      throw this.#failed('keep', error)
    })
    await using _lock = await this.#lock()
    const [tokens, result] = edit(await this.read())
    await replaceFile(this.path, `${JSON.stringify({ version: 1, tokens }, undefined, 2)}\n`).catch(
      (error: unknown) => {
        throw this.#failed('keep', error)
      },
    )
    return result
  }

  /** A lock holds the id of its process; that of a dead one is taken away. */
  async #lock(): Promise<AsyncDisposable> {
    const path = `${this.path}.lock`
    for (let tries = 0; tries < LOCK_TRIES; tries++) {
      try {
        await using file = await open(path, 'wx', 0o600)
        await file.writeFile(String(process.pid))
        return { [Symbol.asyncDispose]: () => rm(path, { force: true }) }
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw this.#failed('keep', error)
      }
      const holder = Number(await readFile(path, 'utf8').catch(() => ''))
      if (holder > 0 && !isRunning(holder)) await rm(path, { force: true })
      else await delay(LOCK_EVERY_MS)
    }
    throw createError(
      'storage_failed',
      `Cannot change the tokens: another process is at it; if none is, remove "${path}"`,
    )
  }

  #parse(text: string): readonly StoredToken[] {
    try {
      const { tokens } = JSON.parse(text) as { readonly tokens: readonly StoredToken[] }
      if (Array.isArray(tokens) && tokens.every(isStoredToken)) return tokens
    } catch {
      // Said below, without the text.
    }
    throw invalidArgument(`Cannot use the tokens in "${this.path}": it is not what "volley token" writes, remove it`)
  }

  #failed(what: 'read' | 'keep', cause: unknown): VolleyError {
    const reason = cause instanceof Error ? cause.message : String(cause)
    return createError('storage_failed', `Cannot ${what} tokens in "${this.#directory}": ${reason}`, { cause })
  }
}

function isStoredToken(value: unknown): value is StoredToken {
  const { name, sha256, scopes, expiresAt } = (value ?? {}) as Partial<StoredToken>
  return (
    isTokenName(name) &&
    typeof sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(sha256) &&
    Array.isArray(scopes) &&
    scopes.every((scope) => allScopes.includes(scope)) &&
    (expiresAt === undefined || !Number.isNaN(Date.parse(expiresAt)))
  )
}
