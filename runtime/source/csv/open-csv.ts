// Opening CSV files in the parent: names from the header, types from a sample of the first file, byte ranges.
// Never reads more than the sample.

import { DataError } from '../../../functions/errors.ts'
import { field, type Schema, utf8 } from '../../../functions/types/type.ts'
import { checkColumns, mapFiles, type SourceFile, unreadable, withFiles } from '../files.ts'
import { groupPieces } from '../partitions.ts'
import type { CsvOptions, OpenedSource } from '../source.ts'
import { longestSample, openWindow, type TextWindow, textPieces } from '../text/text-pieces.ts'
import { syntaxError } from './errors.ts'
import { fieldText, isNullField, isQuoted } from './fields.ts'
import { type CsvFormat, csvFormat } from './format.ts'
import { type Declared, inferTextType, parseDeclared } from './infer.ts'
import { CsvSyntaxError, capacityOf, createBlock, firstRow, tokenize } from './tokenize.ts'

export async function openCsv(paths: readonly string[], options: CsvOptions = {}): Promise<OpenedSource> {
  return withFiles(paths, async (files) => {
    const declared = parseDeclared(options.schema)
    const schemas = await mapFiles(files, async (file, i) => ({
      path: file.path,
      schema: await sampleFile(file, options, declared, i === 0),
    }))
    const schema = sameNames(schemas)
    return { schema, partitions: (target) => groupPieces(textPieces(files, target), target, schema) }
  })
}

/** The columns of one file; their types are inferred when `infer`. */
async function sampleFile(
  { path, bytes }: SourceFile,
  options: CsvOptions,
  declared: Declared,
  infer: boolean,
): Promise<Schema> {
  const format = csvFormat(options, path)
  await using window = await openWindow(path, 0, 1 << 16, longestSample)
  try {
    const names = await readNames(window, path, bytes, format, declared)
    declared.check(names)
    const texts = infer ? await sampleTexts(window, names.length, format) : []
    return names.map((name, i) => declared.typeOf(name) ?? field(name, inferTextType(texts[i] ?? []) ?? utf8))
  } catch (error) {
    throw error instanceof CsvSyntaxError ? await syntaxError(path, window.base + error.at, error) : error
  }
}

async function readNames(
  window: TextWindow,
  path: string,
  bytes: number,
  format: CsvFormat,
  declared: Declared,
): Promise<readonly string[]> {
  let row: ReturnType<typeof firstRow>
  do {
    await window.fill()
    row = firstRow(window.bytes, window.from, window.to, window.isEnd, format)
  } while (row === undefined && !window.isEnd)
  if (row === undefined) {
    if (declared.schema !== undefined && !format.header) return declared.schema.map((each) => each.name)
    throw unreadable(
      path,
      `it is empty${bytes > 0 ? ' but for line ends' : ''}, so its columns have no names; declare the schema and header: false`,
    )
  }
  const { starts, ends, next } = row
  checkColumns(path, starts.length)
  if (!format.header) {
    if (declared.schema?.length === starts.length) return declared.schema.map((each) => each.name)
    return Array.from(starts, (_, i) => `column_${i + 1}`)
  }
  const names = Array.from(
    starts,
    (start, i) => fieldText(window.bytes, start, ends[i] ?? 0, format) || `column_${i + 1}`,
  )
  const seen = new Set<string>()
  const twice = names.find((name) => seen.size === seen.add(name).size)
  if (twice !== undefined)
    throw unreadable(path, `two of its columns are named "${twice}"; rename one or read it with header: false`)
  window.use(next)
  return names
}

/** Up to `sampleRows` texts of each column, nulls left out. */
async function sampleTexts(
  window: TextWindow,
  columns: number,
  format: CsvFormat,
): Promise<readonly (readonly string[])[]> {
  const texts: string[][] = Array.from({ length: columns }, () => [])
  const block = createBlock(columns, format.sampleRows)
  for (;;) {
    tokenize(window, window.from, columns, format, block)
    const isLargeSample = block.rows > 0 && window.to > longestSample / 4
    if (block.rows === capacityOf(columns, format.sampleRows) || window.isEnd || isLargeSample) break
    await window.fill()
  }
  for (let k = 0; k < block.rows * columns; k++) {
    const [start, end] = [block.starts[k] ?? 0, block.ends[k] ?? 0]
    const isNull = !isQuoted(window.bytes, start, end, format) && isNullField(window.bytes, start, end, format)
    const text = isNull ? '' : fieldText(window.bytes, start, end, format)
    if (text !== '') texts[k % columns]?.push(text)
  }
  return texts
}

/** Further files must name the same columns; their types are the first one's. */
function sameNames(files: readonly { readonly path: string; readonly schema: Schema }[]): Schema {
  const [first, ...others] = files
  const schema = first?.schema ?? []
  for (const other of others) {
    const at = Math.max(schema.length, other.schema.length)
    for (let i = 0; i < at; i++) {
      const [a, b] = [schema[i]?.name, other.schema[i]?.name]
      if (a === b) continue
      const show = (name: string | undefined) => (name === undefined ? 'missing' : `"${name}"`)
      throw new DataError(
        'schema_mismatch',
        `Cannot read "${other.path}" together with "${first?.path}": column ${i + 1} is ${show(b)} in the one and ${show(a)} in the other`,
        { details: { paths: [first?.path ?? '', other.path], field: a ?? b ?? '' } },
      )
    }
  }
  return schema
}
