// What a cage can be told, checked once here and trusted afterwards.

import { realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import { WorkerError } from '../../functions/errors.ts'
import {
  checkBoolean,
  checkChoice,
  checkOptionNames,
  checkTexts,
  invalidArgument,
  wrongOption,
} from '../../functions/options.ts'
import type { Places } from './places.ts'
import { findSandbox } from './sandbox.ts'

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
  /**
   * Whether workers run in a sandbox of the system besides, which needs bubblewrap (Linux): they then see those places
   * alone, no other processes and no network. `auto`: where that can be had; `required`: or not at all.
   *
   * @defaultValue `'none'`
   */
  readonly sandbox?: 'none' | 'auto' | 'required'
  /**
   * Whether sandboxed workers have the network; without a sandbox all have.
   *
   * @defaultValue `false`
   */
  readonly network?: boolean
}

/** A cage as workers get it. */
export interface CheckedCage extends Places {
  /** The program that makes the sandbox; undefined where there is none. */
  readonly sandbox: string | undefined
  readonly network: boolean
}

const known: Readonly<Record<keyof CageOptions, true>> = { read: true, write: true, sandbox: true, network: true }

/**
 * @returns Undefined where there is to be no cage.
 * @throws {PlanError} `invalid_argument` for an option that there is not, or a place that does not exist.
 * @throws {WorkerError} `start_failed` where a sandbox is required and cannot be had.
 */
export function checkedCage(cage: boolean | CageOptions | undefined): CheckedCage | undefined {
  if (cage === undefined || cage === false) return undefined
  if (cage === true) return { read: [], write: [], sandbox: undefined, network: false }
  if (typeof cage !== 'object') throw wrongOption('cage', cage, 'it is true, false or an object')
  checkOptionNames(cage, known, 'a cage')
  checkBoolean('cage.network', cage.network)
  return {
    read: placesOf('cage.read', cage.read),
    write: placesOf('cage.write', cage.write),
    sandbox: sandboxFor(cage.sandbox),
    network: cage.network ?? false,
  }
}

function sandboxFor(wish: CageOptions['sandbox'] = 'none'): string | undefined {
  checkChoice('cage.sandbox', wish, ['none', 'auto', 'required'])
  if (wish === 'none') return undefined
  const { file, reason } = findSandbox()
  if (file !== undefined || wish === 'auto') return file
  const message = `Cannot start workers in a sandbox: ${reason}; install bubblewrap, or let workers do without by sandbox 'auto'`
  throw new WorkerError('start_failed', message)
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
