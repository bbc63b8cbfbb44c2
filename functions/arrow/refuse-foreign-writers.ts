// Two copies of apache-arrow in a process: what one made, the writers of the other take for something else, and write bytes
// that nobody can read, or none, without a word. Nobody can know beforehand whose writer a table will meet; but on their
// wrong way all of them ask an object of ours for a property that it has no use for. There they are stopped.

import { DataType, StructRow } from 'apache-arrow'
import { PlanError } from '../errors.ts'

/**
 * Where no table is recognised it is iterated, and each row is asked whether it is a stream. Where tables are recognised by
 * their brand, as since 21.2, types are not, and are asked for the type that a column would have.
 */
const traps = [
  [StructRow.prototype, Symbol.asyncIterator],
  [DataType.prototype, 'type'],
] as const

/** Methods of Arrow's writers, which no minifier renames: everybody else may ask, and learns that there is no such property. */
const ofWriters = /\b(?:writeAll|getVisitFn)\b/

let areSet = false

/** Has writers of other copies throw when they are given what the copy that this module imports made. */
export function refuseForeignWriters(): void {
  if (areSet) return
  areSet = true
  for (const [prototype, property] of traps) {
    Object.defineProperty(prototype, property, { configurable: true, get: refuse })
  }
}

function refuse(): undefined {
  const error = new PlanError(
    'invalid_argument',
    'Cannot write what one copy of apache-arrow made with another, nobody could read it: take toIPC() for the bytes, or name the copy, collect({ arrow }) or convertArrow(table, arrow); see docs/guide/arrow.md',
  )
  if (ofWriters.test(error.stack ?? '')) throw error
}
