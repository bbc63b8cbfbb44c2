// `volley inspect MODULE#export`: what a user-defined function of the user's own module would take along if it were
// shipped. It imports that module, so it is a command for its author; the server offers nothing like it.

import { stat } from 'node:fs/promises'
import { describeShipment } from '../../runtime/codec/describe-shipment.ts'
import { inspectUdf } from '../../runtime/codec/inspect.ts'
import { reasonOf } from './file-problems.ts'
import { UsageError } from './outcome.ts'
import { moduleUrl } from './parse-options.ts'
import { printText } from './stdout.ts'

/** The action of `volley inspect`. */
export async function inspect(target: string, options: { readonly json?: boolean }): Promise<void> {
  const shipment = inspectUdf(await load(target))
  await printText(options.json === true ? `${JSON.stringify(shipment)}\n` : describeShipment(shipment))
}

async function load(target: string) {
  const at = target.lastIndexOf('#')
  const [path, name] = at === -1 ? [target, 'default'] : [target.slice(0, at), target.slice(at + 1)]
  await stat(path).catch((cause: unknown) => {
    throw new UsageError(`Cannot load "${path}": ${reasonOf(cause)}`, { cause })
  })
  const module: Record<string, unknown> = await import(moduleUrl(path).href).catch((cause: Error) => {
    throw new UsageError(`Cannot load "${path}": ${cause.message}`, { cause })
  })
  const value = Object.hasOwn(module, name) ? module[name] : undefined
  if (typeof value === 'function') return value
  const names = Object.keys(module).filter((key) => typeof module[key] === 'function')
  const hint = names.length === 0 ? 'it exports no functions' : `it exports ${names.join(', ')}`
  throw new UsageError(`Cannot inspect "${name}" of "${path}": ${hint}`)
}
