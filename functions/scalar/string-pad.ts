// What stands at the ends of strings: trimming and padding.

import { type ScalarFunction, scalarFunction } from '../contract/scalar.ts'
import { count, exactly, text, written } from '../contract/signature.ts'
import { trimColumn } from '../kernels/slice.ts'
import { utf8 } from '../types/type.ts'
import { checkTextLength, lengthOf, unitOf } from './text.ts'

function trimEnds(value: string, characters: string, atStart: boolean, atEnd: boolean): string {
  const set = new Set(characters)
  const units = [...value]
  let [start, end] = [0, units.length]
  while (atStart && start < end && set.has(units[start] ?? '')) start++
  while (atEnd && end > start && set.has(units[end - 1] ?? '')) end--
  return units.slice(start, end).join('')
}

/** SQL trims spaces, no other white space. */
function trimSpaces(value: string, atStart: boolean, atEnd: boolean): string {
  let [start, end] = [0, value.length]
  while (atStart && start < end && value.charCodeAt(start) === 32) start++
  while (atEnd && end > start && value.charCodeAt(end - 1) === 32) end--
  return end - start === value.length ? value : value.substring(start, end)
}

const trim = (name: 'btrim' | 'ltrim' | 'rtrim', where: string, example: readonly [string, string]): ScalarFunction => {
  const atStart = name !== 'rtrim'
  const atEnd = name !== 'ltrim'
  return scalarFunction({
    name,
    ...(name === 'btrim' ? { aliases: ['trim'] } : {}),
    family: 'string',
    usage: `${name}(text[, characters])`,
    summary: `The text without spaces, or any of the given characters, ${where}`,
    examples: [example],
    signature: exactly([text, text], 1),
    returns: utf8,
    kernel: (args) =>
      args.length === 1
        ? {
            total: true,
            row: (value: string) => trimSpaces(value, atStart, atEnd),
            columns: trimColumn(atStart, atEnd),
          }
        : { total: true, row: (value: string, characters: string) => trimEnds(value, characters, atStart, atEnd) },
  })
}

function padding(length: number, fill: string): string {
  checkTextLength(length)
  const characters = lengthOf(fill)
  const whole = fill.repeat(Math.ceil(length / characters))
  return whole.substring(0, unitOf(whole, length))
}

function pad(value: string, length: number, fill: string, atStart: boolean): string {
  const missing = length - lengthOf(value)
  if (missing <= 0) return length <= 0 ? '' : value.substring(0, unitOf(value, length))
  if (fill === '') return value
  return atStart ? padding(missing, fill) + value : value + padding(missing, fill)
}

const padded = (name: 'lpad' | 'rpad', where: string, example: readonly [string, string]): ScalarFunction =>
  scalarFunction({
    name,
    family: 'string',
    usage: `${name}(text, length[, fill])`,
    summary: `The text padded to a length ${where}, with spaces or the given text; a longer text is cut`,
    examples: [example],
    signature: exactly([written, count, text], 1),
    returns: utf8,
    costly: true,
    kernel: { row: (value: string, length: number, fill = ' ') => pad(value, length, fill, name === 'lpad') },
  })

export const stringPadFunctions = [
  trim('btrim', 'at both ends', ["btrim('xxabcx', 'x')", "'abc'"]),
  trim('ltrim', 'at the start', ["ltrim('  abc ')", "'abc '"]),
  trim('rtrim', 'at the end', ["rtrim(' abc  ')", "' abc'"]),
  padded('lpad', 'on the left', ["lpad('7', 3, '0')", "'007'"]),
  padded('rpad', 'on the right', ["rpad('7', 3, '-')", "'7--'"]),
]
