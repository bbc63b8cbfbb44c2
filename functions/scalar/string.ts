// Strings as a whole: case, length, joining, characters and their codes.

import { type ScalarFunction, type ScalarKernel, scalarFunction } from '../contract/scalar.ts'
import { coerceAll, count, exactly, printable, text, variadic, written } from '../contract/signature.ts'
import { DataError } from '../errors.ts'
import { lowerColumn, upperColumn } from '../kernels/case.ts'
import { joinColumns, lengthColumn } from '../kernels/slice.ts'
import { binary, type DataType, int32, isNumeric, isTemporal, utf8 } from '../types/type.ts'
import { byteLength, checkTextLength, hasPairs, lengthOf } from './text.ts'

const ofText = (
  entry: Pick<ScalarFunction, 'name' | 'summary' | 'examples'> & { readonly aliases?: readonly string[] },
  row: (value: string) => string,
  columns?: ScalarKernel['columns'],
): ScalarFunction =>
  scalarFunction({
    family: 'string',
    usage: `${entry.name}(text)`,
    signature: exactly([text]),
    returns: utf8,
    kernel: { total: true, row, ...(columns === undefined ? {} : { columns }) },
    ...entry,
  })

const capitalise = (word: string): string => {
  const first = String.fromCodePoint(word.codePointAt(0) ?? 0)
  return first.toUpperCase() + word.slice(first.length).toLowerCase()
}

/** `||` joins texts, or bytes; one side must be a text, the other is written out. Lists go to the list functions. */
function joinTypes([left, right]: readonly DataType[]): readonly DataType[] | undefined {
  if (left === undefined || right === undefined) return undefined
  if (left.kind === 'binary' && right.kind === 'binary') return [binary, binary]
  const isPlain = (type: DataType): boolean =>
    type.kind === 'utf8' ||
    type.kind === 'null' ||
    type.kind === 'bool' ||
    type.kind === 'binary' ||
    isNumeric(type) ||
    isTemporal(type)
  const oneText = left.kind === 'utf8' || right.kind === 'utf8' || (left.kind === 'null' && right.kind === 'null')
  return oneText && isPlain(left) && isPlain(right) ? [utf8, utf8] : undefined
}

const joinTexts: ScalarKernel = { total: true, row: (a: string, b: string) => a + b, columns: joinColumns }

const joinBytes: ScalarKernel = {
  total: true,
  row: (a: Uint8Array, b: Uint8Array) => {
    const joined = new Uint8Array(a.length + b.length)
    joined.set(a)
    joined.set(b, a.length)
    return joined
  },
}

export const stringFunctions = [
  ofText(
    { name: 'upper', summary: 'The text in upper case', examples: [["upper('straße')", "'STRASSE'"]] },
    (value) => value.toUpperCase(),
    upperColumn,
  ),
  ofText(
    { name: 'lower', summary: 'The text in lower case', examples: [["lower('ABC')", "'abc'"]] },
    (value) => value.toLowerCase(),
    lowerColumn,
  ),
  ofText(
    {
      name: 'initcap',
      summary: 'The text with each word capitalised',
      examples: [["initcap('hello wORLD')", "'Hello World'"]],
    },
    (value) => value.replace(/[\p{Alphabetic}\p{N}]+/gu, capitalise),
  ),
  scalarFunction({
    name: 'reverse',
    family: 'string',
    usage: 'reverse(text)',
    summary: 'The characters of the text from last to first',
    examples: [["reverse('abc')", "'cba'"]],
    signature: exactly([written]),
    returns: utf8,
    kernel: {
      total: true,
      row: (value: string) => {
        if (hasPairs(value)) return [...value].reverse().join('')
        let reversed = ''
        for (let i = value.length - 1; i >= 0; i--) reversed += value[i]
        return reversed
      },
    },
  }),
  scalarFunction({
    name: 'length',
    aliases: ['char_length', 'character_length'],
    family: 'string',
    usage: 'length(text)',
    summary: 'The number of characters (Unicode code points)',
    examples: [["length('日本語')", '3']],
    signature: exactly([{ ...written, coerce: (type) => (type.kind === 'binary' ? utf8 : written.coerce(type)) }]),
    returns: int32,
    kernel: { total: true, row: lengthOf, columns: lengthColumn },
  }),
  scalarFunction({
    name: 'octet_length',
    family: 'string',
    usage: 'octet_length(text)',
    summary: 'The number of bytes of the text in UTF-8',
    examples: [["octet_length('é')", '2']],
    signature: exactly([text]),
    returns: int32,
    kernel: { total: true, row: byteLength },
  }),
  scalarFunction({
    name: 'bit_length',
    family: 'string',
    usage: 'bit_length(text)',
    summary: 'The number of bits of the text in UTF-8',
    examples: [["bit_length('é')", '16']],
    signature: exactly([text]),
    returns: int32,
    kernel: { total: true, row: (value: string) => byteLength(value) * 8 },
  }),
  scalarFunction({
    name: 'concat',
    family: 'string',
    usage: 'concat(value, ...)',
    summary: 'The arguments written one after another; nulls are left out',
    examples: [["concat('a', null, 1)", "'a1'"]],
    signature: variadic([printable]),
    returns: utf8,
    nulls: 'call',
    givesNull: false,
    kernel: {
      total: true,
      row: (...values: readonly (string | null)[]) => {
        let joined = ''
        for (const value of values) if (value !== null) joined += value
        return joined
      },
    },
  }),
  scalarFunction({
    name: 'concat_ws',
    family: 'string',
    usage: 'concat_ws(separator, value, ...)',
    summary: 'The arguments after the first, joined by it; nulls are left out, a null separator gives null',
    examples: [["concat_ws('-', 'a', null, 'b')", "'a-b'"]],
    signature: variadic([text, printable]),
    returns: utf8,
    nulls: 'call',
    kernel: {
      total: true,
      row: (separator: string | null, ...values: readonly (string | null)[]) =>
        separator === null ? null : values.filter((value) => value !== null).join(separator),
    },
  }),
  scalarFunction({
    name: '||',
    family: 'string',
    usage: 'left || right',
    summary: 'Two texts, bytes or lists joined; null when either is null',
    examples: [["'a' || 1", "'a1'"]],
    signature: coerceAll('a string and a value', 2, 2, joinTypes),
    returns: (args) => args[0]?.type ?? utf8,
    kernel: (args) => (args[0]?.type.kind === 'binary' ? joinBytes : joinTexts),
  }),
  scalarFunction({
    name: 'repeat',
    family: 'string',
    usage: 'repeat(text, times)',
    summary: 'The text repeated; empty when `times` is not positive',
    examples: [["repeat('ab', 3)", "'ababab'"]],
    signature: exactly([text, count]),
    returns: utf8,
    costly: true,
    kernel: {
      row: (value: string, times: number) => {
        if (times <= 0) return ''
        checkTextLength(value.length * times)
        return value.repeat(times)
      },
    },
  }),
  scalarFunction({
    name: 'ascii',
    family: 'string',
    usage: 'ascii(text)',
    summary: 'The Unicode code point of the first character; 0 for the empty text',
    examples: [["ascii('é')", '233']],
    signature: exactly([written]),
    returns: int32,
    kernel: { total: true, row: (value: string) => value.codePointAt(0) ?? 0 },
  }),
  scalarFunction({
    name: 'chr',
    family: 'string',
    usage: 'chr(code)',
    summary: 'The character of a Unicode code point',
    examples: [['chr(233)', "'é'"]],
    signature: exactly([count]),
    returns: utf8,
    kernel: {
      row: (code: number) => {
        if (code < 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
          throw new DataError('invalid_value', `Cannot make a character of ${code}: it is no Unicode scalar value`)
        return String.fromCodePoint(code)
      },
    },
  }),
  scalarFunction({
    name: 'quote_literal',
    family: 'string',
    usage: 'quote_literal(text)',
    summary: 'The text as an SQL literal, in single quotes',
    examples: [["quote_literal('it''s')", "'''it''''s'''"]],
    signature: exactly([text]),
    returns: utf8,
    kernel: { total: true, row: (value: string) => `'${value.replaceAll("'", "''")}'` },
  }),
]
