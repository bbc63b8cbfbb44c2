// Tells what a JSON text holds without making anything of it, in pieces, since one line of a file may have many
// megabytes. Takes the texts that JSON.parse takes, up to a depth that no type has.

import { type DataType, utf8 } from '../../../functions/types/type.ts'
import type { Pieces } from '../../turns/turns.ts'
import { JsonCursor, JsonSyntaxError } from './cursor.ts'

/** Is told what a text holds, in the order in which it stands there. */
export interface JsonHandler {
  openObject(): void
  openList(): void
  /** The name of the member whose value comes next. */
  name(name: string): void
  /** The type of a scalar; undefined for null. */
  scalar(type: DataType | undefined): void
  /** The end of the object or list that was opened last and is still open. */
  close(): void
}

/** How many values are looked at between two chances for others. */
const pieceValues = 1 << 10
/** Brackets are remembered until they are closed. */
const mostOpen = 10_000

const [quote, comma, colon, openList, openObject, closeObject] = [34, 44, 58, 91, 123, 125]

/**
 * Tells `handler` what a JSON text holds.
 *
 * @throws {JsonSyntaxError} When it is not JSON, or nests without end.
 */
export function* scanJson(text: Buffer, handler: JsonHandler): Pieces<void> {
  const cursor = new JsonCursor(text)
  /** The brackets that end what is open. */
  const open: number[] = []
  for (let values = 1; ; values++) {
    if (values % pieceValues === 0) yield
    if (open.at(-1) === closeObject) {
      const start = cursor.skip(quote)
      while (!cursor.skipString()) yield
      handler.name(cursor.name(start))
      cursor.skip(colon)
    }
    const first = cursor.peek()
    if (first === quote) {
      cursor.skip(quote)
      while (!cursor.skipString()) yield
      handler.scalar(utf8)
    } else if (first === openObject || first === openList) {
      if (open.length === mostOpen) throw new JsonSyntaxError(`it nests more than ${mostOpen} deep`)
      cursor.skip(first)
      if (first === openObject) handler.openObject()
      else handler.openList()
      const end = first + 2
      open.push(end)
      if (cursor.peek() !== end) continue
    } else {
      handler.scalar(cursor.skipScalar())
    }
    for (let end = open.at(-1); end === undefined || cursor.peek() !== comma; end = open.at(-1)) {
      if (end === undefined) {
        if (cursor.peek() === -1) return
        throw cursor.error('the end of the line')
      }
      if (cursor.peek() !== end) throw cursor.error(`',' or '${String.fromCharCode(end)}'`)
      cursor.skip(end)
      open.pop()
      handler.close()
      yield
    }
    cursor.skip(comma)
  }
}
