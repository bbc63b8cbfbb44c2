// When tokens were last used, to the minute, beside the tokens: whoever takes one back wants to know whether anybody will
// miss it. It is written at most once a minute, and what a crash loses is a minute.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { replaceFile } from '../../runtime/bytes/files.ts'

const MINUTE_MS = 60_000

/** Times as ISO 8601 in UTC, by what `tokenUseKey` makes of a token's hash. */
type TokenUseTimes = Readonly<Record<string, string>>

/** A token is known by its hash: one that is made anew under an old name has not been used. */
export const tokenUseKey = (sha256: string): string => sha256.slice(0, 16)

/** The uses that are on disk; none where they cannot be read. */
export async function readTokenUses(stateDirectory: string): Promise<TokenUseTimes> {
  const text = await readFile(pathIn(stateDirectory), 'utf8').catch(() => '{}')
  try {
    return Object(JSON.parse(text)) as TokenUseTimes
  } catch {
    return {}
  }
}

const pathIn = (stateDirectory: string): string => join(stateDirectory, 'token-uses.json')

export class TokenUses implements AsyncDisposable {
  readonly #stateDirectory: string
  readonly #onProblem: (error: unknown) => void
  readonly #unwritten = new Map<string, string>()
  readonly #lastMinute = new Map<string, number>()
  #timer: NodeJS.Timeout | undefined

  /** @param onProblem - Told when they cannot be written. */
  constructor(stateDirectory: string, onProblem: (error: unknown) => void) {
    this.#stateDirectory = stateDirectory
    this.#onProblem = onProblem
  }

  /** A token was used just now. */
  note(sha256: string): void {
    const key = tokenUseKey(sha256)
    const minute = Math.floor(Date.now() / MINUTE_MS)
    if (this.#lastMinute.get(key) === minute) return
    this.#lastMinute.set(key, minute)
    this.#unwritten.set(key, new Date(minute * MINUTE_MS).toISOString())
    this.#timer ??= setTimeout(() => void this.#write(), MINUTE_MS).unref()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#unwritten.size > 0) await this.#write()
  }

  async #write(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const uses = { ...(await readTokenUses(this.#stateDirectory)), ...Object.fromEntries(this.#unwritten) }
    this.#unwritten.clear()
    await replaceFile(pathIn(this.#stateDirectory), `${JSON.stringify(uses, undefined, 2)}\n`).catch(this.#onProblem)
  }
}
