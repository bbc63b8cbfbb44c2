// Which files jobs may read: those under the configured roots, after every symbolic link is followed. What lies outside is
// refused in the same way whether it exists or not.

import { realpath, stat } from 'node:fs/promises'
import { dirname, relative, resolve } from 'node:path'
import { DataError } from '../functions/errors.ts'
import { glob, isPattern } from '../runtime/source/glob.ts'
import { hidePaths, isUnder, type Root, rootOf } from './roots.ts'

const MAX_FILES = 10_000

export class DataRoots {
  readonly #roots: readonly Root[]
  readonly #closed: string[] = []

  /** @throws {PlanError} `invalid_argument` when a directory does not exist. */
  constructor(directories: readonly string[]) {
    this.#roots = directories.map((directory) => rootOf(directory, 'data root'))
  }

  /** Keeps jobs out of a directory of the server's own, should it lie below a root. @param directory - Free of links. */
  close(directory: string): void {
    this.#closed.push(directory)
  }

  /**
   * The files that paths mean, absolute and free of links; globs are expanded, in order.
   *
   * @param paths - Relative to the roots, the first that has the file, or absolute.
   * @throws {DataError} `source_forbidden` outside the roots; `source_not_found` inside them.
   */
  async files(paths: readonly string[]): Promise<readonly string[]> {
    const files: string[] = []
    for (const path of paths) files.push(...(await this.#find(path)))
    if (files.length > MAX_FILES) throw forbidden(`${files.length} files`, `a job reads at most ${MAX_FILES}`)
    return files
  }

  /** A text with the roots removed from its paths: clients see paths as they name them. */
  hide(text: string): string {
    return hidePaths(text, this.#roots)
  }

  async #find(path: string): Promise<readonly string[]> {
    if (this.#roots.length === 0) throw forbidden(path, 'this server has no data root, start it with --data-root DIR')
    let inside = false
    for (const root of this.#roots) {
      const absolute = resolve(root.given, path)
      const base = [root.given, root.real].find((directory) => isUnder(absolute, directory))
      if (base === undefined) continue
      inside = true
      const found = await this.#at(absolute, base, path)
      if (found.length > 0) return found
    }
    if (!inside) throw outside(path)
    throw new DataError('source_not_found', `Cannot open "${path}": there is no such file under the data roots`, {
      details: { path },
    })
  }

  async #at(absolute: string, root: string, path: string): Promise<readonly string[]> {
    const file = await this.#realFile(absolute, path)
    if (file !== undefined) return [file]
    if (!isPattern(path)) return []
    if (path.includes('..')) throw forbidden(path, 'patterns must not contain ".."')
    this.#refuseOutside(await nearestParent(absolute), path)
    const matches: string[] = []
    for await (const match of glob(root, relative(root, absolute))) {
      if (matches.push(match) > MAX_FILES) throw forbidden(path, `it matches more than ${MAX_FILES} files`)
    }
    const files = await Promise.all(matches.sort().map((match) => this.#realFile(match, path)))
    return files.filter((found) => found !== undefined)
  }

  /** The file behind a path, undefined when there is none. */
  async #realFile(absolute: string, path: string): Promise<string | undefined> {
    const real = await realpath(absolute).catch(() => undefined)
    if (real === undefined) {
      // For a link that leads outside the roots, nothing may reveal whether its target exists.
      this.#refuseOutside(await nearestParent(absolute), path)
      return undefined
    }
    this.#refuseOutside(real, path)
    const stats = await stat(real).catch(() => undefined)
    return stats?.isFile() === true ? real : undefined
  }

  #refuseOutside(real: string, path: string): void {
    if (this.#closed.some((own) => isUnder(real, own))) throw forbidden(path, 'this server keeps it for itself')
    if (!this.#roots.some((root) => isUnder(real, root.real))) throw linked(path)
  }
}

async function nearestParent(path: string): Promise<string> {
  const parent = dirname(path)
  const real = await realpath(parent).catch(() => undefined)
  return real ?? (parent === path ? path : nearestParent(parent))
}

function forbidden(path: string, why: string): DataError {
  return new DataError('source_forbidden', `Cannot read "${path}": ${why}`, { details: { path } })
}

/** Its name lies under a root, what it stands for does not. */
const linked = (path: string): DataError =>
  forbidden(path, 'it is a link, or lies behind one, that leads out of the data roots of this server')

const outside = (path: string): DataError => forbidden(path, 'it is not under a data root of this server')
