// `volley schema FILE`: the columns of files, from footers, headers or a sample. Starts no worker.

import { typeName } from '../../functions/types/type.ts'
import { grouped } from '../../runtime/data/print-table.ts'
import { padText, printable, textWidth } from '../../runtime/data/text-width.ts'
import { openSource } from '../../runtime/source/formats.ts'
import { formatName } from './detect-format.ts'
import { type InputOptions, inputSource } from './input-files.ts'
import { Interrupt } from './local-session.ts'
import { printText } from './stdout.ts'

/** The action of `volley schema`. */
export async function schema(path: string, options: InputOptions & { readonly json?: boolean }): Promise<void> {
  const described = await describe(path, options)
  await printText(options.json === true ? `${JSON.stringify(described)}\n` : asText(described))
}

interface DescribedSource {
  readonly format: string
  /** Null where only reading the rows would tell. */
  readonly rows: number | null
  readonly columns: readonly { readonly name: string; readonly type: string; readonly nullable: boolean }[]
}

async function describe(path: string, options: InputOptions): Promise<DescribedSource> {
  using interrupt = new Interrupt()
  const source = await inputSource(path, options, interrupt.signal).catch((error: unknown) => {
    throw interrupt.signal.aborted ? interrupt.signal.reason : error
  })
  const { schema, rows } = await openSource(source)
  interrupt.signal.throwIfAborted()
  const columns = schema.map(({ name, type, nullable }) => ({ name, type: typeName(type), nullable }))
  return { format: formatName(source.kind), rows: rows ?? null, columns }
}

function asText({ format, rows, columns }: DescribedSource): string {
  const cells = [
    ['column', 'type', 'nullable'],
    ...columns.map(({ name, type, nullable }) => [printable(name), type, nullable ? 'yes' : 'no']),
  ]
  const widths = [0, 1].map((i) => cells.reduce((widest, row) => Math.max(widest, textWidth(row[i] ?? '')), 0))
  const lines = cells.map((row) =>
    row
      .map((cell, i) => padText(cell, widths[i] ?? 0, false))
      .join('  ')
      .trimEnd(),
  )
  const count = rows === null ? '' : `${grouped(rows)} row${rows === 1 ? '' : 's'}, `
  const end = `${count}${grouped(columns.length)} column${columns.length === 1 ? '' : 's'}, ${format}`
  return `${[...lines, end].join('\n')}\n`
}
