// The parts of an upload as the parser of its job sees them: every one must be named by a source of it. A part that nobody
// reads is a mistake in one of the two.

import type { JobParts, PartFile } from '../../runtime/job/json-part.ts'
import { invalidUpload } from './upload-errors.ts'
import type { Upload, Uploads } from './uploads.ts'

export class NamedParts implements JobParts {
  readonly #upload: Upload
  readonly #uploads: Uploads
  readonly #named = new Set<string>()
  readonly advice: string

  constructor(upload: Upload, uploads: Uploads) {
    this.#upload = upload
    this.#uploads = uploads
    this.advice = `Its parts are ${this.names().join(', ')}`
  }

  find(name: string): PartFile | undefined {
    const { id, parts } = this.#upload
    const part = parts.find((candidate) => candidate.name === name)
    if (part === undefined) return undefined
    this.#named.add(name)
    return { paths: [this.#uploads.pathOf(id, name)], kind: part.kind, options: part.options }
  }

  names(): readonly string[] {
    return this.#upload.parts.map(({ name }) => name)
  }

  /** @throws {HttpError} `invalid_upload` */
  refuseUnnamed(): void {
    const unnamed = this.names().find((name) => !this.#named.has(name))
    if (unnamed === undefined) return
    throw invalidUpload(
      `no source of the job names its part "${unnamed}": leave it out, or read it as { "part": "${unnamed}" }`,
      {
        part: unnamed,
      },
    )
  }
}
