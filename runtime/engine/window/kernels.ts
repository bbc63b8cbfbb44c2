// Window functions that number rows: a loop per function, into which its definition is inlined.

import { bigintArray, numberArray, type PlainColumn } from '../../../functions/column/column.ts'
import type { WindowKernel } from '../../../functions/contract/window.ts'
import { type DataType, isBigInt } from '../../../functions/types/type.ts'
import { compileFunction } from '../emit/loop.ts'
import type { WindowOrder } from './order.ts'

type RowKernel = WindowKernel & { readonly kind: 'position' }
type RowLoop = (
  rows: Int32Array,
  partitions: Int32Array,
  peersOf: Int32Array | undefined,
  peerStarts: Int32Array | undefined,
  to: Int32Array | Float64Array,
) => void

const loops = new WeakMap<RowKernel, RowLoop>()

/** The numbers of all rows. */
export function runRowKernel(kernel: RowKernel, order: WindowOrder, type: DataType): PlainColumn {
  const { rows, partitions } = order
  const length = rows.length
  const peers = kernel.usesPeers === false ? undefined : order.peers
  let loop = loops.get(kernel)
  if (loop === undefined) {
    loop = rowLoop(kernel, isBigInt(type))
    loops.set(kernel, loop)
  }
  if (isBigInt(type)) {
    const values = bigintArray(type, length)
    // Numbers of rows fit into the low word.
    loop(rows, partitions, peers?.of, peers?.starts, new Int32Array(values.buffer))
    return { storage: 'bigint', type, length, valid: undefined, values }
  }
  const values = numberArray(type, length)
  loop(rows, partitions, peers?.of, peers?.starts, values as Float64Array)
  return { storage: 'number', type, length, valid: undefined, values }
}

function rowLoop({ number, usesPeers }: RowKernel, big: boolean): RowLoop {
  const peers =
    usesPeers === false
      ? 'const peersStart = 0, peersEnd = 0, peerGroup = 0;'
      : `const run = peersOf[position];
         const peersStart = peerStarts[run] - start, peersEnd = peerStarts[run + 1] - start, peerGroup = run - firstRun;`
  return compileFunction<RowLoop>(
    `function number(rowAt, partitions, peersOf, peerStarts, to) {
      for (let p = 0; p + 1 < partitions.length; p++) {
        const start = partitions[p], rows = partitions[p + 1] - start;
        ${usesPeers === false ? '' : 'const firstRun = rows === 0 ? 0 : peersOf[start];'}
        for (let row = 0; row < rows; row++) {
          const position = start + row;
          ${peers}
          to[${big ? '2 * ' : ''}rowAt[position]] = f({ rows, row, peersStart, peersEnd, peerGroup });
        }
      }
    }`,
    { f: number },
  )
}
