// Where jobs may write files: below the configured roots, after every symbolic link is followed. That no link made
// meanwhile leads out of them is checked again when the files get their names.

import { realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { SinkSpec } from '../runtime/program/sink.ts'
import { outputForbidden } from '../runtime/sink/output-errors.ts'
import { hidePaths, isUnder, type Root, rootOf } from './roots.ts'

export class WriteRoots {
  readonly #roots: readonly Root[]

  /** @throws {PlanError} `invalid_argument` when a directory does not exist. */
  constructor(directories: readonly string[]) {
    this.#roots = directories.map((directory) => rootOf(directory, 'write root'))
  }

  /**
   * A sink as it is here: its path absolute and free of links but for its last step, bound to the root that it lies under.
   *
   * @param sink - Its path is relative to the roots, the first that has the directory, or absolute.
   * @throws {DataError} `output_forbidden` outside the roots.
   */
  async sink(sink: SinkSpec): Promise<SinkSpec> {
    const { path } = sink
    if (this.#roots.length === 0)
      throw outputForbidden(path, 'this server has no write root, start it with --write-root DIR')
    const end = path.endsWith('/') ? '/' : ''
    let missing: SinkSpec | undefined
    for (const { given, real } of this.#roots) {
      const target = resolve(given, path)
      if (![given, real].some((root) => target !== root && isUnder(target, root))) continue
      const place = await realpath(dirname(target)).catch(() => undefined)
      if (place !== undefined && isUnder(place, real))
        return { ...sink, path: join(place, basename(target)) + end, root: real }
      // Where there is no such directory, whoever writes says so.
      if (place === undefined) missing ??= { ...sink, path: target + end, root: real }
    }
    if (missing !== undefined) return missing
    throw outputForbidden(path, 'it does not lie below a write root of this server')
  }

  /** A text with the roots removed from its paths. */
  hide(text: string): string {
    return hidePaths(text, this.#roots)
  }
}
