// Opening CSV files in the parent: names from the header, types from a sample of the first file, byte ranges.
// Never reads more than the sample.

import { DataError } from '../../../functions/errors.ts'
import { type Field, field, type Schema, utf8 } from '../../../functions/types/type.ts'
import { inTurns, type Pieces, yieldTurn } from '../../turns/turns.ts'
import { checkColumns, mapFiles, type SourceFile, unreadable, withFiles } from '../files.ts'
import { groupPieces } from '../partitions.ts'
import { type CsvOptions, mostColumns, type OpenedSource } from '../source.ts'
import { longestSample, openWindow, type TextWindow, textPieces } from '../text/text-pieces.ts'
import { syntaxError } from './errors.ts'
import { fieldText, isNullField, isQuoted } from './fields.ts'
import { type CsvFormat, csvFormat } from './format.ts'
import { type Declared, inferTextType, parseDeclared } from './infer.ts'
import { CsvSyntaxError, capacityOf, createBlock, type FieldBlock, firstRow, tokenize } from './tokenize.ts'

/** Opens CSV files: their types are declared or inferred from a sample. @throws {DataError} */
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
    await yieldTurn()
    const block = infer ? await sampleRows(window, names.length, format) : undefined
    return await inTurns(sampleTypes(names, declared, (i) => sampleTexts(window.bytes, block, i, names.length, format)))
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
    row = firstRow(window.bytes, window.from, window.to, window.isEnd, format, mostColumns)
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

/** Up to `sampleRows` rows, of wide ones fewer. */
async function sampleRows(window: TextWindow, columns: number, format: CsvFormat): Promise<FieldBlock> {
  const block = createBlock(columns, format.sampleRows)
  for (;;) {
    tokenize(window, window.from, columns, format, block)
    const isLargeSample = block.rows > 0 && window.to > longestSample / 4
    if (block.rows === capacityOf(columns, format.sampleRows) || window.isEnd || isLargeSample) return block
    await window.fill()
  }
}

function* sampleTypes(
  names: readonly string[],
  declared: Declared,
  textsOf: (index: number) => Iterable<string>,
): Pieces<Schema> {
  const fields: Field[] = []
  for (const [i, name] of names.entries()) {
    fields.push(declared.typeOf(name) ?? field(name, inferTextType(textsOf(i)) ?? utf8))
    yield
  }
  return fields
}

/** The texts of one column in a block, nulls left out. */
function* sampleTexts(
  bytes: Uint8Array,
  block: FieldBlock | undefined,
  index: number,
  columns: number,
  format: CsvFormat,
): Generator<string> {
  if (block === undefined) return
  for (let at = index; at < block.rows * columns; at += columns) {
    const [start, end] = [block.starts[at] ?? 0, block.ends[at] ?? 0]
    const isNull = !isQuoted(bytes, start, end, format) && isNullField(bytes, start, end, format)
    const text = isNull ? '' : fieldText(bytes, start, end, format)
    if (text !== '') yield text
  }
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
