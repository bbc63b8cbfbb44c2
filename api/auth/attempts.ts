// Wrong tokens, counted by the address that they come from. Whoever guesses waits longer and longer; a right token is
// accepted all the same, so that nobody can lock out others who share the address. Guesses gain nothing by that: secrets
// have 256 bits, and what the wait spares is the log.

import { isIPv6 } from 'node:net'

const FREE_ATTEMPTS = 10
const FIRST_WAIT_MS = 1000
const LONGEST_WAIT_MS = 5 * 60_000
/** After so long without a wrong token an address begins anew. */
const FORGET_MS = 15 * 60_000
const MAX_ADDRESSES = 10_000

interface Attempts {
  readonly count: number
  readonly at: number
  readonly blockedUntil: number
}

export class WrongTokens {
  readonly #byAddress = new Map<string, Attempts>()
  readonly #now: () => number

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** How long wrong tokens of this address are not even looked into, in milliseconds; 0 when they are. */
  waitOf(address: string): number {
    const attempts = this.#byAddress.get(networkOf(address))
    return attempts === undefined ? 0 : Math.max(0, attempts.blockedUntil - this.#now())
  }

  /** Counts one. While an address has to wait, its wrong tokens do not make the wait longer. */
  add(address: string): void {
    const network = networkOf(address)
    const now = this.#now()
    const before = this.#byAddress.get(network)
    const count = before === undefined || now - before.at > FORGET_MS ? 1 : before.count + 1
    const beyond = count - FREE_ATTEMPTS
    const waitMs = beyond < 0 ? 0 : Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(beyond, 20))
    // The latest stand last, so that the first is the one to forget.
    this.#byAddress.delete(network)
    this.#byAddress.set(network, { count, at: now, blockedUntil: now + waitMs })
    const [oldest] = this.#byAddress.keys()
    if (this.#byAddress.size > MAX_ADDRESSES && oldest !== undefined) this.#byAddress.delete(oldest)
  }
}

/** One customer of a provider has a /64 of IPv6 addresses for himself. */
export function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '').replace(/%.*$/, '')
  if (!isIPv6(plain)) return plain
  const [head = '', tail] = plain.split('::')
  const groups = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - after.length)
  const all = [...groups, ...Array.from({ length: zeros }, () => '0'), ...after]
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}
