// A client's way to its server: every request with the token, tried again where that can do no harm, every failure as an
// error with a code.

import { isVolleyError } from '../../functions/errors.ts'
import { Backoff } from './backoff.ts'
import { answeredError, brokenOff, connectionError, type Repeatable, waitBeforeRetry } from './failures.ts'

/** A request below the address of the server. */
export interface ApiRequest extends Repeatable {
  readonly path: string
  readonly method?: 'POST' | 'DELETE'
  readonly headers?: Readonly<Record<string, string>>
  /** Made anew for each try. */
  readonly body?: RequestBody
  readonly signal?: AbortSignal | undefined
}

export interface RequestBody {
  readonly contentType: string
  /** False for what can be read only once. */
  readonly isReplayable: boolean
  make(): WholeBody['content'] | ReadableStream<Uint8Array>
}

/** A body that is in memory. */
export interface WholeBody {
  readonly contentType: string
  readonly content: string | Uint8Array<ArrayBuffer>
}

export class Connection {
  readonly url: string
  readonly #token: string | undefined
  readonly #retries: number

  constructor(url: string, token: string | undefined, retries: number) {
    this.url = url
    this.#token = token
    this.#retries = retries
  }

  backoff(signal: AbortSignal | undefined): Backoff {
    return new Backoff(this.#retries, signal)
  }

  /** @throws {VolleyError} What the server answered; `server_unreachable`, `connection_lost`. */
  async json<Answer>(request: ApiRequest): Promise<Answer> {
    return JSON.parse(await this.text(request)) as Answer
  }

  async text(request: ApiRequest): Promise<string> {
    return this.#ask(request, (response) => response.text())
  }

  /** The answer, its body yet to be read: {@link bytesOf}. */
  open(request: ApiRequest): Promise<Response> {
    return this.#ask(request, async (response) => response)
  }

  /** A body as it comes. @throws {ConnectionError} `connection_lost` when it breaks off. */
  async *bytesOf({ body }: Response, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array, void, undefined> {
    if (body === null) throw brokenOff(this.url)
    try {
      yield* body
    } catch (error) {
      signal?.throwIfAborted()
      throw connectionError(this.url, error)
    }
  }

  async #ask<Answer>(request: ApiRequest, read: (response: Response) => Promise<Answer>): Promise<Answer> {
    const backoff = this.backoff(request.signal)
    for (;;) {
      try {
        return await this.#try(request, read)
      } catch (error) {
        request.signal?.throwIfAborted()
        const waitMs = request.body?.isReplayable === false ? undefined : waitBeforeRetry(error, request)
        if (waitMs === undefined) throw error
        await backoff.pause(error, waitMs)
      }
    }
  }

  async #try<Answer>(request: ApiRequest, read: (response: Response) => Promise<Answer>): Promise<Answer> {
    try {
      const response = await fetch(`${this.url}${request.path}`, this.#init(request))
      if (response.ok) return await read(response)
      throw await answeredError(response)
    } catch (error) {
      request.signal?.throwIfAborted()
      // A file that cannot be sent is the cause of what `fetch` throws.
      const own = [error, (error as Error).cause].find(isVolleyError)
      throw own ?? connectionError(this.url, error)
    }
  }

  #init({ method, headers, body, signal }: ApiRequest): RequestInit {
    return {
      headers: {
        ...(this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }),
        ...(body === undefined ? {} : { 'content-type': body.contentType }),
        ...headers,
      },
      ...(method === undefined ? {} : { method }),
      ...(signal === undefined ? {} : { signal }),
      // A body that is a stream must say that the answer does not come before its end.
      ...(body === undefined ? {} : { body: body.make(), duplex: 'half' }),
    }
  }
}
