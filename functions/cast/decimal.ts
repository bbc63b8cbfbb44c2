// Unscaled decimals: rescaling and reading, rounding half away from zero.

/** Moves an unscaled decimal to another scale, rounding half away from zero when digits are lost. */
export function rescale(value: bigint, from: number, to: number): bigint {
  if (to >= from) return value * 10n ** BigInt(to - from)
  const divisor = 10n ** BigInt(from - to)
  const half = divisor / 2n
  return (value < 0n ? value - half : value + half) / divisor
}

/** The unscaled decimal nearest to a float; undefined for NaN and infinities. */
export function decimalFromFloat(value: number, scale: number): bigint | undefined {
  if (!Number.isFinite(value)) return undefined
  const scaled = value * 10 ** scale
  if (Math.abs(scaled) < Number.MAX_SAFE_INTEGER) return BigInt(roundHalfAway(scaled))
  return BigInt(Math.round(value)) * 10n ** BigInt(scale)
}

export const roundHalfAway = (value: number): number => (value < 0 ? -Math.round(-value) : Math.round(value))

/**
 * Reads `-12.345` or `1.2e3` as an unscaled decimal.
 *
 * @returns undefined when the text is not a number.
 */
export function parseDecimal(text: string, scale: number): bigint | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/.exec(text)
  if (match === null) return undefined
  const [, sign, whole = '', fraction = '', exponent = '0'] = match
  if (whole === '' && fraction === '') return undefined
  const value = rescale(BigInt(whole + fraction), fraction.length - Number(exponent), scale)
  return sign === '-' ? -value : value
}
