// What would travel with a function, as text for people.

import type { UdfShipment } from '../../functions/contract/udf-shipment.ts'

/** A shipment as lines: the function, then one line per captured name. */
export function describeShipment({ name, family, kind, bytes, captures }: UdfShipment): string {
  const what = `${name}: ${family === undefined ? 'function' : `${family} function`}, ${kind.replace('-', ' ')}, ${bytes} bytes\n`
  if (kind === 'by-name') return what
  if (captures.length === 0) return `${what}  captures nothing\n`
  const rows = captures.map(({ path, kind, bytes, reference }) => [
    path.join(' -> '),
    kind.replace('-', ' '),
    kind === 'by-value' ? `${bytes} bytes` : (reference ?? ''),
  ])
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const lines = rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}\n`)
  return what + lines.join('')
}
