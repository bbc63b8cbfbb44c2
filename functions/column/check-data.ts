// Checks Arrow arrays that come from outside, once, before anything trusts a length, an offset or a dictionary code in
// them: nothing checks them again. One pass over offsets and codes, none over values.

import * as arrow from 'apache-arrow'
import { countOnes } from './bits.ts'

/** An array whose parts contradict one another; the message says which, without saying where the array came from. */
export class InvalidArrayError extends Error {
  override readonly name = 'InvalidArrayError'
}

/** @throws {InvalidArrayError} When a column is not what its type and the batch's rows ask for. */
export function checkBatch(batch: arrow.RecordBatch): void {
  const { type, children, length } = batch.data
  checkStruct(type.children, children, length, 'the batch')
  if (isBare(batch.data) && length > mostBareItems) refuse('the batch', `has ${length} rows of no bytes`)
}

/**
 * Checks an array and everything below it: sizes of buffers against lengths, offsets against children, codes against
 * dictionaries, counts of nulls against validity.
 *
 * @throws {InvalidArrayError} When two of them disagree.
 */
export function checkData(data: arrow.Data, name = 'the array'): void {
  const { type, length, offset } = data
  if (!(Number.isSafeInteger(length + offset) && length + offset <= mostItems)) refuse(name, `has ${length} values`)
  checkValidity(data, name)
  const check = checks[type.typeId] ?? checkFixedWidth
  check(data, name)
}

/** Lengths and offsets are 32-bit numbers. */
const mostItems = 2 ** 31 - 1
/** Values that take no bytes, such as nulls, can be stated in any number; making them costs memory all the same. */
const mostBareItems = 2 ** 24

function refuse(name: string, why: string): never {
  throw new InvalidArrayError(`${name} ${why}`)
}

/** What there is to check by type; types that are not listed have values of a fixed width. */
const checks: Partial<Record<arrow.Type, (data: arrow.Data, name: string) => void>> = {
  [arrow.Type.Null]: () => {},
  [arrow.Type.Bool]: (data, name) => checkRoom(data, Math.ceil((data.offset + data.length) / 8), name),
  [arrow.Type.Utf8]: checkBytes,
  [arrow.Type.Binary]: checkBytes,
  [arrow.Type.LargeUtf8]: checkBytes,
  [arrow.Type.LargeBinary]: checkBytes,
  [arrow.Type.Utf8View]: checkViews,
  [arrow.Type.BinaryView]: checkViews,
  [arrow.Type.List]: checkList,
  [arrow.Type.LargeList]: checkList,
  [arrow.Type.Map]: checkList,
  [arrow.Type.FixedSizeList]: checkFixedSizeList,
  [arrow.Type.Struct]: ({ type, children, length }, name) => checkStruct(type.children, children, length, name),
  [arrow.Type.Union]: checkUnion,
  [arrow.Type.Dictionary]: checkCodes,
}

function checkValidity(data: arrow.Data, name: string): void {
  if (data.typeId === arrow.Type.Null || data.typeId === arrow.Type.Union) return
  const { nullBitmap, offset, length } = data
  const bytes = nullBitmap?.length ?? 0
  if (bytes > 0 && bytes * 8 < offset + length) refuse(name, `has ${length} values and a validity of ${bytes} bytes`)
  const { nullCount } = data
  const nulls = bytes === 0 ? 0 : length - countOnes(nullBitmap as Uint8Array, offset, length)
  if (nullCount !== 0 && nullCount !== nulls) refuse(name, `states ${nullCount} nulls and has ${nulls}`)
}

function checkFixedWidth(data: arrow.Data, name: string): void {
  checkRoom(data, data.length * data.stride, name)
}

function checkBytes(data: arrow.Data, name: string): void {
  checkOffsets(data, data.values?.length ?? 0, name)
}

/** The buffer of values has at least `count` elements of the type's own size. */
function checkRoom({ type, values, length }: arrow.Data, count: number, name: string): void {
  if (length === 0) return
  const buffer: ArrayBufferView | undefined = ArrayBuffer.isView(values) ? values : undefined
  const { ArrayType } = arrow.DataType.isDictionary(type) ? type.indices : type
  const width = ArrayType.BYTES_PER_ELEMENT
  if (values?.BYTES_PER_ELEMENT === width && count >= 0 && (buffer?.byteLength ?? 0) >= count * width) return
  refuse(name, `has ${length} values and a buffer of ${buffer?.byteLength ?? 0} bytes`)
}

/** Offsets never go back, and end within `limit`. */
function checkOffsets({ valueOffsets, length }: arrow.Data, limit: number, name: string): void {
  const offsets: Int32Array | BigInt64Array | undefined = valueOffsets
  if (offsets === undefined || offsets.length < length + 1) {
    if (length > 0) refuse(name, `has ${length} values and ${offsets?.length ?? 0} offsets`)
    return
  }
  const isInOrder =
    offsets instanceof BigInt64Array
      ? isOrdered64(offsets, length)
      : offsets instanceof Int32Array && isOrdered32(offsets, length)
  if (!isInOrder) refuse(name, 'has offsets that go back or are negative')
  if (Number(offsets[length]) > limit) refuse(name, `has offsets up to ${offsets[length]} of ${limit}`)
}

function isOrdered32(offsets: Int32Array, length: number): boolean {
  let previous = offsets[0] ?? 0
  let signs = previous
  for (let i = 1; i <= length; i++) {
    const next = offsets[i] ?? 0
    signs |= next | (next - previous)
    previous = next
  }
  return signs >= 0
}

/** As 32-bit halves: bigints in a loop cost ten times as much. */
function isOrdered64(offsets: BigInt64Array, length: number): boolean {
  const words = new Int32Array(offsets.buffer, offsets.byteOffset, offsets.length * 2)
  let previous = words[0] ?? 0
  let signs = previous
  let high = words[1] ?? 0
  for (let i = 1; i <= length; i++) {
    const next = words[2 * i] ?? 0
    high |= words[2 * i + 1] ?? 0
    signs |= next | (next - previous)
    previous = next
  }
  return signs >= 0 && high === 0
}

function checkList(data: arrow.Data, name: string): void {
  const [items] = data.children
  if (items !== undefined) checkItems(items, name)
  checkOffsets(data, items?.length ?? 0, name)
}

function checkFixedSizeList(data: arrow.Data, name: string): void {
  const { listSize } = data.type as arrow.FixedSizeList
  const [items] = data.children
  const needed = data.length * listSize
  if (!(listSize >= 0 && (items?.length ?? 0) >= needed)) {
    refuse(name, `has ${data.length} lists of ${listSize} items and ${items?.length ?? 0} items`)
  }
  if (items !== undefined) checkItems(items, name)
}

function checkItems(items: arrow.Data, name: string): void {
  checkData(items, `an item of ${name}`)
  if (items.length > mostBareItems && isBare(items)) refuse(name, `has ${items.length} items of no bytes`)
}

/** Whether values take no bytes. */
function isBare({ type, stride, children }: arrow.Data): boolean {
  const { Type } = arrow
  if (type.typeId === Type.FixedSizeBinary) return stride === 0
  if (type.typeId === Type.FixedSizeList) return stride === 0 || children.every(isBare)
  return type.typeId === Type.Null || (type.typeId === Type.Struct && children.every(isBare))
}

function checkStruct(
  fields: readonly arrow.Field[],
  children: readonly arrow.Data[],
  length: number,
  name: string,
): void {
  // What Arrow gives for a stream without batches has no children.
  if (length === 0 && children.length === 0) return
  fields.forEach((field, i) => {
    const child = children[i]
    if (child === undefined) refuse(name, `has no field "${field.name}"`)
    if (child.length < length) refuse(name, `has ${length} values and ${child.length} of its field "${field.name}"`)
    checkData(child, `"${field.name}"`)
  })
}

function checkUnion(data: arrow.Data, name: string): void {
  const { length, typeIds, valueOffsets, children } = data
  const type = data.type as arrow.Union
  children.forEach((child, i) => {
    checkData(child, `variant ${i} of ${name}`)
  })
  if ((typeIds?.length ?? 0) < length) refuse(name, `has ${length} values and ${typeIds?.length ?? 0} type ids`)
  const offsets = type.mode === arrow.UnionMode.Dense ? (valueOffsets ?? new Int32Array(0)) : undefined
  for (let i = 0; i < length; i++) {
    const child = children[type.typeIdToChildIndex[typeIds[i] ?? -1] ?? -1]
    const at = offsets === undefined ? i : Number(offsets[i] ?? -1)
    if (child === undefined) refuse(name, `has a value of type id ${typeIds[i]}`)
    if (!(at >= 0 && at < child.length)) refuse(name, `has a value at ${at} of ${child.length}`)
  }
}

/** Dictionaries come with every batch that uses them. */
const checkedDictionaries = new WeakSet<arrow.Data>()

function checkCodes(data: arrow.Data, name: string): void {
  const { values, length } = data
  const chunks: readonly arrow.Data[] = data.dictionary?.data ?? []
  for (const chunk of chunks) {
    if (checkedDictionaries.has(chunk)) continue
    checkData(chunk, `the dictionary of ${name}`)
    checkedDictionaries.add(chunk)
  }
  checkRoom(data, length, name)
  const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  if (values instanceof BigInt64Array || values instanceof BigUint64Array || highestCode(values, length) >= size) {
    checkEachCode(data, size, name)
  }
}

/** A negative code counts as very high. */
function highestCode(codes: ArrayLike<number>, length: number): number {
  let highest = 0
  for (let i = 0; i < length; i++) {
    const code = (codes[i] ?? 0) >>> 0
    if (code > highest) highest = code
  }
  return highest
}

/** A code below a null may be anything. */
function checkEachCode(data: arrow.Data, size: number, name: string): void {
  const codes: ArrayLike<number | bigint> = data.values
  for (let i = 0; i < data.length; i++) {
    const code = codes[i] ?? -1
    if (!(code >= 0 && code < size) && data.getValid(i)) {
      refuse(name, `has the code ${code} of a dictionary of ${size} values`)
    }
  }
}

const viewBytes = 16
const mostInlined = 12

/** A view is a length, then up to 12 bytes of text, or a prefix, a buffer's index and an offset into it. */
function checkViews(data: arrow.Data, name: string): void {
  const { values, length, variadicBuffers, type } = data
  checkRoom(data, length * (viewBytes / type.ArrayType.BYTES_PER_ELEMENT), name)
  if (length === 0) return
  const views = new DataView(values.buffer, values.byteOffset, values.byteLength)
  for (let i = 0; i < length; i++) {
    const at = i * viewBytes
    const size = views.getInt32(at, true)
    if (size >= 0 && size <= mostInlined) continue
    if (!data.getValid(i)) continue
    const start = views.getInt32(at + 12, true)
    const buffer = variadicBuffers[views.getInt32(at + 8, true)]
    if (size < 0 || start < 0 || buffer === undefined || start + size > buffer.length) {
      refuse(name, `has a text of ${size} bytes at ${start} of ${buffer?.length ?? 0}`)
    }
  }
}
