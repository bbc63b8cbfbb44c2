// The end of a response, for all who wait for it: one listener serves them, as Node warns of many on one response.

import type { ServerResponse } from 'node:http'

const closings = new WeakMap<ServerResponse, Promise<void>>()

/** Resolves when a response is through, or was broken off. To be asked for before that. */
export function responseClosed(response: ServerResponse): Promise<void> {
  const known = closings.get(response)
  if (known !== undefined) return known
  const closing = new Promise<void>((resolve) => response.once('close', resolve))
  closings.set(response, closing)
  return closing
}
