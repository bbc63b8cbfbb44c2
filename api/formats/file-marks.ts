// The marks that files of binary formats begin with.

import type { FileSpec } from '../../runtime/source/source.ts'

const marks: readonly (readonly [mark: string, format: FileSpec['kind']])[] = [
  ['PAR1', 'parquet'],
  ['ARROW1', 'arrow'],
  // An Arrow stream begins with the mark of its first message.
  ['\xff\xff\xff\xff', 'arrow'],
]

/** The format whose mark a file begins with. @param head - Its first bytes. */
export function formatOfMark(head: Uint8Array): FileSpec['kind'] | undefined {
  const begins = Buffer.from(head.subarray(0, 16)).toString('latin1')
  return marks.find(([mark]) => begins.startsWith(mark))?.[1]
}
