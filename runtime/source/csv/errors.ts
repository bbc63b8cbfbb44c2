// What is said when a CSV line cannot be read: the line, the column, the value and the way out.

import { DataError } from '../../../functions/errors.ts'
import { type Field, typeName } from '../../../functions/types/type.ts'
import { unreadable } from '../files.ts'
import { show, type ValueError } from '../text/builders.ts'
import { lineAt } from '../text/text-pieces.ts'
import { commonType, inferTextType } from './infer.ts'
import type { CsvSyntaxError } from './tokenize.ts'

export async function syntaxError(path: string, offset: number, error: CsvSyntaxError): Promise<DataError> {
  const line = await lineAt(path, offset)
  return new DataError(
    'source_unreadable',
    `Cannot read "${path}": at line ${line} ${error.message}; correct the line, or the delimiter and quote options`,
    {
      details: { path, line },
      cause: error,
    },
  )
}

export async function valueError(
  path: string,
  offset: number,
  { name, type }: Field,
  error: ValueError,
): Promise<DataError> {
  const line = await lineAt(path, offset)
  const text = String(error.value)
  const wider = commonType(type, inferTextType([text]) ?? type)
  const better = wider === type ? 'utf8' : typeName(wider)
  return new DataError(
    'invalid_value',
    `Cannot read "${path}": in line ${line}, column "${name}", ${show(error.value)} is not ${typeName(type)}; correct it or declare the column as ${better}`,
    { details: { path, line, column: name, value: text.slice(0, 200), type: typeName(type) }, cause: error },
  )
}

export async function encodingError(path: string, offset: number): Promise<DataError> {
  const line = await lineAt(path, offset)
  return unreadable(path, `the text from line ${line} on is not UTF-8; convert the file to UTF-8`)
}
