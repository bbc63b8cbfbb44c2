// Functions that travel by name. Their signature goes along, so that a receiver whose function of that name has another
// one refuses it, instead of computing with other types than were planned. Bodies are never looked at here.

import * as crypto from 'node:crypto'
import { type CodecContext, describeFamily, udfFamilies } from '../../functions/contract/codec-context.ts'
import type { Udf, Volatility } from '../../functions/contract/udf.ts'
import { WireError } from '../../functions/errors.ts'
import { didYouMean } from '../../functions/nearest.ts'
import { signatureOf } from '../../functions/udf/signature.ts'

/** Length of a signature in UTF-16 units; a longer one ends in a digest of the whole. */
const MAX_SIGNATURE = 240

/** The signature that travels with the name. */
export function signatureText(udf: Udf): string {
  const whole = signatureOf(udf)
  if (whole.length <= MAX_SIGNATURE) return whole.toWellFormed()
  const digest = `… (sha256 ${crypto.hash('sha256', whole).slice(0, 32)})`
  return whole.slice(0, MAX_SIGNATURE - digest.length).toWellFormed() + digest
}

/**
 * The function that is registered here under a name.
 *
 * @param signature - What travelled with the name, as text in UTF-8.
 * @throws {WireError} `wire_not_registered` with the nearest name; `wire_contract_mismatch` with both signatures.
 */
export function findByName(family: Udf['family'], name: string, signature: Uint8Array, context: CodecContext): Udf {
  const udf = context.findUdf(family, name) ?? unregistered(name, context, family)
  const wanted = Buffer.from(signature).toString()
  if (holdsFor(udf, wanted)) return udf
  const registered = signatureText(udf)
  const meant = wanted === '' ? 'does not say which it means' : `means ${wanted.slice(0, MAX_SIGNATURE).toWellFormed()}`
  throw new WireError(
    'wire_contract_mismatch',
    `Function "${name}" is registered here as ${registered}, the sender ${meant}. Register the same function on both sides`,
    { details: { function: name, registered, wanted: wanted.slice(0, MAX_SIGNATURE) } },
  )
}

/** From what promises least to what promises most. */
const promises: readonly Volatility[] = ['volatile', 'stable', 'immutable']

/** Whether a plan made for this signature holds for the function: it may promise more than the plan relies on. */
function holdsFor(udf: Udf, signature: string): boolean {
  const kept = promises.slice(0, promises.indexOf(udf.volatility) + 1)
  return kept.some((volatility) => signatureText({ ...udf, volatility }) === signature)
}

/** @throws {WireError} `wire_not_registered`, with the nearest name or what else goes by that name. */
export function unregistered(name: string, context: CodecContext, family: Udf['family']): never {
  const others = udfFamilies.filter((other) => context.findUdf(other, name) !== undefined)
  const hint =
    others.length > 0
      ? `It is registered as ${others.map(describeFamily).join(' and ')}`
      : didYouMean(name, context.udfNames(), 'Register it in the worker context')
  const shown = `${family[0]?.toUpperCase()}${family.slice(1)} function "${name}"`
  throw new WireError('wire_not_registered', `${shown} is not registered here. ${hint}`, {
    details: { function: name },
  })
}
