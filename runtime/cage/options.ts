// What a cage can be told, checked once here and trusted afterwards.

import { realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import { checkOptionNames, checkTexts, invalidArgument, wrongOption } from '../../functions/options.ts'

/**
 * What the functions in a caged worker may reach, besides what the worker itself is made of: its modules, those of the
 * worker context, its working directory, and a directory of its own for temporary files.
 */
export interface CageOptions {
  /**
   * Files and directories that functions may read, with all that is below them. They must exist.
   *
   * @defaultValue none
   */
  readonly read?: readonly string[]
  /**
   * Directories that functions may read and write below. They must exist.
   *
   * @defaultValue none
   */
  readonly write?: readonly string[]
}

/** Absolute paths, each as it was given and as it is once links are followed. */
export interface Places {
  readonly read: readonly string[]
  readonly write: readonly string[]
}

const known: Readonly<Record<keyof CageOptions, true>> = { read: true, write: true }

/**
 * @returns Undefined where there is to be no cage.
 * @throws {PlanError} `invalid_argument` for an option that there is not, or a place that does not exist.
 */
export function checkedCage(cage: boolean | CageOptions | undefined): Places | undefined {
  if (cage === undefined || cage === false) return undefined
  if (cage === true) return { read: [], write: [] }
  if (typeof cage !== 'object') throw wrongOption('cage', cage, 'it is true, false or an object')
  checkOptionNames(cage, known, 'a cage')
  return { read: placesOf('cage.read', cage.read), write: placesOf('cage.write', cage.write) }
}

function placesOf(name: string, paths: readonly string[] | undefined): readonly string[] {
  checkTexts(name, paths)
  return (paths ?? []).flatMap((path) => bothNames(name, path))
}

/** Node compares paths as texts, so a place has to be named as functions name it and as links lead to it. */
function bothNames(name: string, path: string): readonly string[] {
  const given = resolve(path)
  if (given.includes('*')) throw wrongOption(name, path, 'a path with a * in it would allow more than that path')
  try {
    return [...new Set([given, realpathSync(given)])]
  } catch (cause) {
    throw invalidArgument(`Cannot use "${path}" as ${name}: there is no such file or directory`, cause)
  }
}
