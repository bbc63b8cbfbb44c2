// The tokens that a running server accepts: those it was built with, and those of its state directory as they are now.

import { timingSafeEqual } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { type AcceptedToken, acceptToken, digestOf } from './token.ts'
import { TokenFile } from './token-file.ts'
import { TokenUses } from './token-uses.ts'

/** How long a change of the file may go unseen, in milliseconds. */
const RECHECK_MS = 500

export class AcceptedTokens implements AsyncDisposable {
  readonly #given: readonly AcceptedToken[]
  readonly #file: TokenFile | undefined
  readonly #uses: TokenUses | undefined
  readonly #onProblem: (error: unknown) => void
  #stored: readonly AcceptedToken[] = []
  #seen = 'never'
  #checkedAt = Number.NEGATIVE_INFINITY
  #checking: Promise<void> | undefined

  /**
   * @param given - Each takes the place of a stored one of its name.
   * @param onProblem - Told when the file cannot be used; until it can, none of its tokens is accepted.
   */
  constructor(
    given: readonly AcceptedToken[],
    stateDirectory: string | undefined,
    onProblem: (error: unknown) => void,
  ) {
    this.#given = given
    this.#file = stateDirectory === undefined ? undefined : new TokenFile(stateDirectory)
    this.#uses = stateDirectory === undefined ? undefined : new TokenUses(stateDirectory, onProblem)
    this.#onProblem = onProblem
  }

  /** The token that a client sent, even if it has expired. */
  async find(secret: string): Promise<AcceptedToken | undefined> {
    await this.#refresh()
    const wanted = digestOf(secret)
    // All are compared, so that the time it takes reveals nothing.
    let found: AcceptedToken | undefined
    for (const token of [...this.#given, ...this.#stored]) if (timingSafeEqual(token.digest, wanted)) found = token
    return found
  }

  /** A token was accepted. */
  noteUse(token: AcceptedToken): void {
    if (this.#stored.includes(token)) this.#uses?.note(token.digest.toString('hex'))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#uses?.[Symbol.asyncDispose]()
  }

  /** Files that change are asked for, not watched: watching misses files that are replaced, on some file systems. */
  async #refresh(): Promise<void> {
    if (this.#file === undefined || performance.now() - this.#checkedAt < RECHECK_MS) return
    this.#checking ??= this.#load(this.#file).finally(() => {
      this.#checkedAt = performance.now()
      this.#checking = undefined
    })
    await this.#checking
  }

  async #load(file: TokenFile): Promise<void> {
    const state = await stat(file.path, { bigint: true }).then(
      ({ ino, size, mtimeNs, mode }) => `${ino} ${size} ${mtimeNs} ${mode}`,
      (error: unknown) => String((error as NodeJS.ErrnoException).code),
    )
    if (state === this.#seen) return
    this.#seen = state
    try {
      const replaced = new Set(this.#given.map(({ principal }) => principal.id))
      this.#stored = (await file.read())
        .filter(({ name }) => !replaced.has(name))
        .map(({ name, sha256, scopes, expiresAt }) =>
          acceptToken({ id: name, sha256, scopes, ...(expiresAt === undefined ? {} : { expiresAt }) }),
        )
    } catch (error) {
      this.#stored = []
      this.#onProblem(error)
    }
  }
}
