// Asks `/livez` again and again, from a thread of its own: what keeps the client busy must not count as the server's delay.

import { Agent, get } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'

const EVERY_MS = 25

/** How long `/livez` took to answer, each time, in milliseconds. */
export class Probe implements AsyncDisposable {
  readonly #thread: Worker
  readonly latenciesMs: number[] = []

  constructor(url: string) {
    this.#thread = new Worker(new URL(import.meta.url), { workerData: { url } })
    this.#thread.on('message', (ms: number) => this.latenciesMs.push(ms))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#thread.terminate()
  }
}

if (!isMainThread && parentPort !== null) {
  const { url } = workerData as { readonly url: string }
  const agent = new Agent({ keepAlive: true })
  for (;;) {
    parentPort.postMessage(await answerTime(`${url}/livez`, agent))
    await delay(EVERY_MS)
  }
}

function answerTime(url: string, agent: Agent): Promise<number> {
  const startedAt = performance.now()
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      response.resume().on('end', () => resolve(performance.now() - startedAt))
    }).on('error', reject)
  })
}
