// How actors are made and called, as users write it, and the checks of that.

import type { CodecContext } from '../../functions/contract/codec-context.ts'
import { checkCallback, checkOptionNames, checkSignal, checkWhole } from '../../functions/options.ts'
import type { LogStream } from '../backend.ts'

/** How one call of an actor's method is made, and what ends it early. */
export interface ActorCallOptions {
  /**
   * Ends the call when aborted. One that waits never happens; one that runs is stopped, with the actor unless it comes to
   * its end within the pool's `graceMs`.
   *
   * @defaultValue none
   */
  readonly signal?: AbortSignal
  /**
   * Wall-clock limit of the call, in milliseconds from 1, from the moment it begins; beyond it the call fails with
   * `timeout` and is stopped, with the actor unless it comes to its end within the pool's `graceMs`.
   *
   * @defaultValue no limit
   */
  readonly timeoutMs?: number
  /**
   * What functions in the arguments are encoded under.
   *
   * @defaultValue the sender context, else by value
   */
  readonly context?: CodecContext
  /**
   * Limit of the size of the result, in bytes; beyond it the call fails with `size_limit`.
   *
   * @defaultValue 256 MiB
   */
  readonly maxResultBytes?: number
  /**
   * Gets what the actor prints during the call, chunk by chunk.
   *
   * @defaultValue it goes to this process's own stdout and stderr
   */
  onLog?(stream: LogStream, bytes: Uint8Array): void
}

/** How an actor is made. */
export interface ActorOptions {
  /**
   * How many times it is made anew, with the arguments it had, when its process is lost, from 0. Its state is lost each
   * time; calls that waited go to the new one.
   *
   * @defaultValue 0
   */
  readonly restart?: number
  /**
   * Ends the making when aborted.
   *
   * @defaultValue none
   */
  readonly signal?: AbortSignal
  /**
   * Wall-clock limit of the constructor, in milliseconds from 1.
   *
   * @defaultValue no limit
   */
  readonly timeoutMs?: number
  /**
   * What the class, and functions in the arguments of its constructor, are encoded under.
   *
   * @defaultValue the sender context, else by value
   */
  readonly context?: CodecContext
  /**
   * Gets what the constructor prints, chunk by chunk.
   *
   * @defaultValue it goes to this process's own stdout and stderr
   */
  onLog?(stream: LogStream, bytes: Uint8Array): void
}

const callOptions: Readonly<Record<keyof ActorCallOptions, true>> = {
  signal: true,
  timeoutMs: true,
  context: true,
  maxResultBytes: true,
  onLog: true,
}
const actorOptions: Readonly<Record<keyof ActorOptions, true>> = {
  restart: true,
  signal: true,
  timeoutMs: true,
  context: true,
  onLog: true,
}

/** @throws {PlanError} `invalid_argument` for an option that there is not, or a value that it cannot have. */
export function checkCallOptions(options: ActorCallOptions): ActorCallOptions {
  checkOptionNames(options, callOptions, "an actor's call")
  checkWhole('maxResultBytes', options.maxResultBytes, 0)
  checkLimits(options)
  return options
}

/** @throws {PlanError} `invalid_argument` for an option that there is not, or a value that it cannot have. */
export function checkActorOptions(options: ActorOptions): void {
  checkOptionNames(options, actorOptions, 'an actor')
  checkWhole('restart', options.restart, 0)
  checkLimits(options)
}

function checkLimits({ timeoutMs, signal, onLog }: Pick<ActorCallOptions, 'timeoutMs' | 'signal' | 'onLog'>): void {
  checkWhole('timeoutMs', timeoutMs, 1)
  checkSignal('signal', signal)
  checkCallback('onLog', onLog)
}
