// A proxy before a server that breaks connections off in the midst of an answer, as networks do.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Test } from 'tap'

export interface CuttingProxy {
  readonly url: string
  /** How many connections were broken off. */
  cuts(): number
}

/**
 * @param url - Of the server.
 * @param cutAfter - Asked for each answer: after how many bytes it is broken off; undefined for one that comes whole.
 */
export async function cuttingProxy(t: Test, url: string, cutAfter: () => number | undefined): Promise<CuttingProxy> {
  const { hostname, port } = new URL(url)
  const open = new Set<Socket>()
  let cuts = 0
  const proxy = createServer((client) => {
    const server = connect(Number(port), hostname)
    const end = (): void => {
      client.destroy()
      server.destroy()
    }
    for (const socket of [client, server]) open.add(socket.on('error', end).on('close', end))
    let left: number | undefined
    client.on('data', (bytes) => {
      left = cutAfter()
      server.write(bytes)
    })
    server.on('data', (bytes) => {
      if (left === undefined || bytes.length < left) {
        if (left !== undefined) left -= bytes.length
        client.write(bytes)
        return
      }
      cuts += 1
      client.write(bytes.subarray(0, left), () => client.resetAndDestroy())
      server.destroy()
    })
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  t.teardown(() => {
    for (const socket of open) socket.destroy()
    proxy.close()
  })
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, cuts: () => cuts }
}
