// What planning takes from a Parquet footer is what hyparquet, and so the worker, reads in it.

import { globSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { withFile } from '../../../runtime/source/files.ts'
import { readFooter, readFooterSummary } from '../../../runtime/source/parquet/footer.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const files = globSync('**/*.parquet', { cwd: root }).map((name) => `${root}/${name}`)

t.test('readFooterSummary() finds the schema, the rows and the bytes that readFooter() finds', async (t) => {
  t.ok(files.length > 10, `${files.length} files`)
  let compared = 0
  for (const path of files) {
    const { size } = statSync(path)
    const whole = await withFile(path, (file) => readFooter(file, path, size)).catch(() => undefined)
    if (whole === undefined) continue
    const summary = await withFile(path, (file) => readFooterSummary(file, path, size))
    const groups = whole.row_groups.map(({ columns, num_rows: rows }) => ({
      rows: Number(rows),
      bytes: columns.reduce((sum, { meta_data: m }) => sum + Number(m?.total_compressed_size ?? 0), 0),
    }))
    const { schema, key_value_metadata } = whole
    t.strictSame(summary.schema, schema, path)
    t.strictSame(summary.key_value_metadata, key_value_metadata, path)
    t.same({ rows: summary.rows, groups: summary.groups }, { rows: Number(whole.num_rows), groups }, path)
    compared += 1
  }
  t.ok(compared > 10, `${compared} files compared`)
})
