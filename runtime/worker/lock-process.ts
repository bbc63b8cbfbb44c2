// What Node's permission model leaves a caged worker to do to other processes of its user: signals, priorities and the
// opening of their inspectors. Locked before any user code is loaded, and for good. Nothing is looked up at the time of a
// call, as user code may have replaced it by then and would be handed what is locked away here.

import { syncBuiltinESMExports } from 'node:module'
import os from 'node:os'

type Send = (pid: unknown, signal: unknown) => unknown

const { apply } = Reflect
const { pid: ownPid } = process

/** Leaves this process no other one that it can signal, reprioritize or debug. */
export function lockProcess(): void {
  // What process.kill calls.
  const send: unknown = Reflect.get(process, '_kill')
  if (typeof send === 'function') lock(process, '_kill', ownGroupOnly(send as Send))
  for (const name of ['_debugProcess', '_debugEnd']) lock(process, name, refuse)
  lock(os, 'setPriority', refuse)
  syncBuiltinESMExports()
}

/** Its own process group ends with it anyway. */
function ownGroupOnly(send: Send): Send {
  return (given, signal) => {
    const pid = (given as number) | 0
    if (pid !== ownPid && pid !== -ownPid && pid !== 0) refuse()
    return apply(send, process, [pid, signal])
  }
}

/** With the code of what the permission model refuses. */
function refuse(): never {
  const message = 'The cage of this worker keeps it from other processes'
  throw Object.assign(new Error(message), { code: 'ERR_ACCESS_DENIED' })
}

function lock(owner: object, name: string, value: unknown): void {
  Object.defineProperty(owner, name, { value, enumerable: true, writable: false, configurable: false })
}
