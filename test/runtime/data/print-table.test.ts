// Tables for people: what is aligned, cut and left out, and that nothing in a value steers the terminal.

import t from 'tap'
import { SessionContext } from 'volley'
import { TablePrinter, type TablePrinterOptions } from '../../../runtime/data/print-table.ts'
import { cutText, printable, textWidth } from '../../../runtime/data/text-width.ts'

t.setTimeout(120_000)

const ctx = new SessionContext({ backend: 'in-process' })
t.teardown(() => ctx.close())

async function printed(columns: Readonly<Record<string, readonly unknown[]>>, options: TablePrinterOptions = {}) {
  const frame = ctx.fromColumns(columns)
  const printer = new TablePrinter(await frame.schema(), options)
  for await (const batch of frame.stream()) printer.add(batch)
  return printer.toString().split('\n').slice(0, -1)
}

t.test('a table has names, types and rows; numbers end at one column', async (t) => {
  t.strictSame(await printed({ name: ['ann', null], n: [1.5, 20.25] }), [
    'name        n',
    'utf8  float64',
    '----  -------',
    'ann       1.5',
    'null    20.25',
    '2 rows',
  ])
  t.strictSame(await printed({ ok: [true] }), ['ok', 'bool', '----', 'true', '1 row'])
})

t.test('rows that are not shown are counted', async (t) => {
  const rows = Array.from({ length: 1234 }, (_, i) => i)
  t.strictSame((await printed({ i: rows })).slice(-2), ['   39', '40 of 1,234 rows'])
  t.strictSame(await printed({ i: rows }, { maxRows: 0 }), ['    i', 'int64', '-----', '0 of 1,234 rows'])
})

t.test('columns are narrowed to the width, then hidden; numbers are whole', async (t) => {
  const columns = { text: ['x'.repeat(50)], n: [9_007_199_254_740_991n], more: ['y'.repeat(50)], last: ['z'] }
  t.strictSame(await printed(columns, { width: 44 }), [
    'text                      n  more       last',
    'utf8                  int64  utf8       utf8',
    '---------  ----------------  ---------  ----',
    'xxxxxxxx…  9007199254740991  yyyyyyyy…  z',
    '1 row',
  ])
  t.strictSame((await printed(columns, { width: 30 })).slice(-2), [
    'xxxxxxxxxxx…  9007199254740991',
    '1 row, 2 of 4 columns (hidden: more, l…)',
  ])
  t.equal((await printed(columns, { width: 4 })).at(-2), 'xxxxxxx…', 'one column is always shown')
})

t.test('widths are those of a terminal, and values cannot steer it', async (t) => {
  t.strictSame(await printed({ city: ['東京', 'e\u0301', '👩‍👩‍👧', '\x1b[31m\n\u202ered'], n: [1, 2, 3, 4] }), [
    'city            n',
    'utf8        int64',
    '----------  -----',
    '東京            1',
    'e\u0301               2',
    '👩‍👩‍👧              3',
    ' [31m  red      4',
    '4 rows',
  ])
  t.equal(textWidth('東京e\u0301'), 5)
  t.equal(cutText('東京東京', 5), '東京…')
  t.equal(cutText('東京東京', 8), '東京東京')
  t.equal(printable('a\tb\u2028c\u0085d'), 'a b c d')
})
