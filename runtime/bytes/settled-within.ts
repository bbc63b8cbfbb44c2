import { setTimeout as delay } from 'node:timers/promises'

/** Waits until `promise` settles, at most `ms` milliseconds. @returns Whether it did. @throws What it rejects with by then. */
export async function settledWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  const timer = new AbortController()
  const timeout = delay(ms, false, { signal: timer.signal }).catch(() => false)
  try {
    return await Promise.race([promise.then(() => true), timeout])
  } finally {
    timer.abort()
  }
}
