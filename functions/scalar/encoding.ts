// Bytes as text and back: hexadecimal and base64.

import { type Argument, literalText, scalarFunction } from '../contract/scalar.ts'
import { bytes, coerceAll, exactly, text } from '../contract/signature.ts'
import { DataError, PlanError } from '../errors.ts'
import { binary, type DataType, int64, isInteger, utf8 } from '../types/type.ts'
import { utf8Bytes } from './text.ts'

const hexDigits = '0123456789abcdef'

export function hexText(value: Uint8Array): string {
  let digits = ''
  for (const byte of value) digits += (hexDigits[byte >> 4] ?? '') + (hexDigits[byte & 15] ?? '')
  return digits
}

function fromHex(value: string): Uint8Array {
  if (value.length % 2 === 1 || /[^0-9a-f]/i.test(value)) notEncoded(value, 'hex')
  const decoded = new Uint8Array(value.length / 2)
  for (let i = 0; i < decoded.length; i++) decoded[i] = Number.parseInt(value.slice(2 * i, 2 * i + 2), 16)
  return decoded
}

function base64Text(value: Uint8Array): string {
  let units = ''
  // In pieces, because the argument list of fromCharCode is limited.
  for (let i = 0; i < value.length; i += 8192) units += String.fromCharCode(...value.subarray(i, i + 8192))
  return btoa(units)
}

/** Padding may be missing; bits beyond the last whole byte must be zero. */
function fromBase64(value: string): Uint8Array {
  const digits = value.replace(/={1,2}$/, '')
  if (!/^[A-Za-z0-9+/]*$/.test(digits) || digits.length % 4 === 1) notEncoded(value, 'base64')
  const units = atob(digits)
  if (btoa(units.slice(-(units.length % 3 || 3))).replace(/=+$/, '') !== digits.slice(-(digits.length % 4 || 4)))
    notEncoded(value, 'base64')
  return Uint8Array.from(units, (unit) => unit.charCodeAt(0))
}

function notEncoded(value: string, encoding: string): never {
  const shown = value.length > 40 ? `${value.slice(0, 40)}…` : value
  throw new DataError('invalid_value', `Cannot decode ${JSON.stringify(shown)}: it is not ${encoding}`)
}

const encodings: Readonly<
  Record<string, { readonly encode: (value: Uint8Array) => string; readonly decode: (text: string) => Uint8Array }>
> = {
  hex: { encode: hexText, decode: fromHex },
  base64: { encode: (value) => base64Text(value).replace(/=+$/, ''), decode: fromBase64 },
  base64pad: { encode: base64Text, decode: fromBase64 },
}

function encodingOf(name: string, args: readonly Argument[]) {
  const encoding = literalText(name, args, 1).toLowerCase()
  const found = Object.hasOwn(encodings, encoding) ? encodings[encoding] : undefined
  if (found !== undefined) return found
  throw new PlanError(
    'invalid_argument',
    `Encoding "${encoding}" is not known: function "${name}" takes ${Object.keys(encodings).join(', ')}`,
  )
}

export const encodingFunctions = [
  scalarFunction({
    name: 'encode',
    family: 'string',
    usage: 'encode(value, encoding)',
    summary: 'Bytes, or a text as UTF-8, written as hex, base64 (without padding) or base64pad',
    examples: [["encode('hello', 'base64')", "'aGVsbG8'"]],
    signature: exactly([bytes, text]),
    returns: (args) => {
      encodingOf('encode', args)
      return utf8
    },
    kernel: (args) => {
      const { encode } = encodingOf('encode', args)
      return args[0]?.type.kind === 'binary'
        ? { total: true, row: (value: Uint8Array) => encode(value) }
        : { total: true, row: (value: string) => encode(utf8Bytes(value)) }
    },
  }),
  scalarFunction({
    name: 'decode',
    family: 'string',
    usage: 'decode(text, encoding)',
    summary: 'The bytes that hex or base64 text stands for',
    examples: [["cast(decode('68656c6c6f', 'hex') as text)", "'hello'"]],
    signature: exactly([text, text]),
    returns: (args) => {
      encodingOf('decode', args)
      return binary
    },
    kernel: (args) => ({ row: encodingOf('decode', args).decode }),
  }),
  scalarFunction({
    name: 'to_hex',
    family: 'string',
    usage: 'to_hex(integer)',
    summary: 'The integer in hexadecimal; a negative one as 64 bits',
    examples: [['to_hex(255)', "'ff'"]],
    signature: coerceAll('an integer', 1, 1, ([type]) =>
      type === undefined || !(isInteger(type) || type.kind === 'null')
        ? undefined
        : [type.kind === 'uint64' ? type : (int64 as DataType)],
    ),
    returns: utf8,
    kernel: { total: true, row: (value: bigint) => BigInt.asUintN(64, value).toString(16) },
  }),
]
