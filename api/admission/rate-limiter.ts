// How often somebody may ask: a bucket of tokens per owner, filled at a steady rate, of which each request takes one.
// It keeps no more buckets than a limit: an owner that is forgotten starts with a full one.

import { RecentlyUsed } from '../../runtime/codec/recently-used.ts'
import { HttpError } from '../errors.ts'

/** How many requests one token may send. */
export interface Rate {
  /** In the long run, above 0. */
  readonly requestsPerSecond: number
  /**
   * At once, after a pause: a whole number from 1.
   *
   * @defaultValue what comes in two seconds
   */
  readonly burst?: number
}

/** Response headers by name. */
type Headers = Readonly<Record<string, string>>

const MAX_OWNERS = 10_000

export class RateLimiter {
  readonly #perSecond: number
  readonly #burst: number
  readonly #buckets = new RecentlyUsed<{ readonly tokens: number; readonly at: number }>(MAX_OWNERS)
  readonly #now: () => number

  /** @param now - Milliseconds that never go back. */
  constructor({ requestsPerSecond, burst }: Rate, now: () => number = () => performance.now()) {
    this.#perSecond = requestsPerSecond
    this.#burst = burst ?? Math.max(1, Math.ceil(2 * requestsPerSecond))
    this.#now = now
  }

  /**
   * Takes a token out of the owner's bucket.
   *
   * @returns The headers that tell the client what it may send yet.
   * @throws {HttpError} `rate_limited`, with the same headers and `Retry-After`.
   * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
   */
  take(owner: string): Headers {
    const at = this.#now()
    const bucket = this.#buckets.get(owner)
    const filled = bucket === undefined ? this.#burst : bucket.tokens + ((at - bucket.at) / 1000) * this.#perSecond
    const tokens = Math.min(this.#burst, filled)
    const isAllowed = tokens >= 1
    const left = isAllowed ? tokens - 1 : tokens
    this.#buckets.set(owner, { tokens: left, at })
    const headers = this.#headers(left)
    if (isAllowed) return headers
    const seconds = this.#secondsUntil(1 - left)
    const message = `Cannot accept the request: this token may send ${this.#perSecond} a second; try again in ${seconds} s`
    throw new HttpError('rate_limited', message, {
      details: { requestsPerSecond: this.#perSecond, burst: this.#burst },
      headers: { ...headers, 'retry-after': `${seconds}` },
    })
  }

  #headers(left: number): Headers {
    const window = this.#secondsUntil(this.#burst)
    return {
      'ratelimit-policy': `"requests";q=${this.#burst};w=${window}`,
      ratelimit: `"requests";r=${Math.floor(left)};t=${this.#secondsUntil(this.#burst - left)}`,
    }
  }

  #secondsUntil(tokens: number): number {
    return Math.max(1, Math.ceil(tokens / this.#perSecond))
  }
}
