// What commands make of file names and of the beginnings of files, and how they refuse those that they cannot use.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { test } from 'tap'
import { detectFormat } from '../../../api/cli/detect-format.ts'
import { findTable, inputSource, inputTables } from '../../../api/cli/input-files.ts'
import { outputFor } from '../../../api/cli/output.ts'

const directory = await mkdtemp(join(tmpdir(), 'volley-files-'))
const at = (name: string): string => join(directory, name)
const { signal } = new AbortController()

test('files', { timeout: 120_000 }, async (t) => {
  t.teardown(() => rm(directory, { recursive: true }))
  for (const [name, bytes] of [
    ['flights-3m.csv', 'a\n1\n'],
    ['2024.csv', 'a\n1\n'],
    ['plain.txt', 'a\tb\n1\t2\n'],
    ['empty.csv', ''],
    ['binary.csv', 'a\0b'],
    ['arrow.csv', 'ARROW1\0\0'],
    ['zipped.csv', '\x1f\x8b\x08'],
    ['array.json', '[{"a":1}]'],
    ['lines.json', '{"a":1}\n'],
  ] as const)
    await writeFile(at(name), bytes, 'latin1')

  await t.test('are tables by their names', async (t) => {
    const tables = await inputTables({ mine: at('plain.txt') }, [at('flights-3m.csv'), at('2024.csv')], {}, signal)
    t.strictSame([...tables.keys()], ['mine', 'flights_3m', '_2024'])
    t.equal(findTable(tables, 'FLIGHTS_3M', '--table'), tables.get('flights_3m'))
    t.throws(() => findTable(tables, 'flights3m', '--table'), {
      code: 'unknown_table',
      message: /mean "flights_3m"\?$/,
    })
    t.throws(() => findTable(new Map(), 'stdin', '--table'), { message: 'No table named "stdin". --table stdin=-' })
    await t.rejects(inputTables({}, [at('2024.csv'), at('2024.csv')], {}, signal), { message: /two tables "_2024"/ })
    await t.rejects(inputTables({ a: '-' }, ['-'], {}, signal), { message: /stdin twice/ })
    await t.rejects(inputTables({}, [at('*.csv')], {}, signal), { message: /give it a name, --table NAME=/ })
  })

  await t.test('are read as their names say, or as they begin', async (t) => {
    t.match(await inputSource(at('2024.csv'), {}, signal), { kind: 'csv', paths: [at('2024.csv')] })
    t.match(await inputSource(at('*.parquet'), {}, signal), { kind: 'parquet' })
    t.match(await inputSource(at('plain.txt'), {}, signal), { kind: 'csv', options: { delimiter: '\t' } })
    t.match(await inputSource(at('lines.json'), {}, signal), { kind: 'json' })
    t.match(await inputSource(at('plain.txt'), { inputFormat: 'ndjson' }, signal), { kind: 'json' })
    t.match(await inputSource(at('2024.csv'), { delimiter: ';', header: false }, signal), {
      options: { delimiter: ';', header: false },
    })
  })

  await t.test('that cannot be read are named with a reason', async (t) => {
    const cases = [
      ['none.csv', /^Cannot open ".*none.csv": there is no such file$/],
      ['', /it is a directory; name its files/],
      ['empty.csv', /it is empty$/],
      ['binary.csv', /neither Parquet nor Arrow, nor text/],
      ['arrow.csv', /it is arrow, whatever its name says/],
      ['zipped.csv', /compressed with gzip, unpack it first: gunzip -c/],
      ['array.json', /it is a JSON array, .*jq/],
      ['none.xyz', /there is no such file/],
      ['2024.csv/x.csv', /a part of its path is a file/],
      ['*.xyz', /by its ending ".xyz": name it .*\.parquet.*--input-format/],
    ] as const
    await t.rejects(inputSource('https://example.org/a.csv', {}, signal), { message: /URLs are not read; .*curl/ })
    t.match(await inputSource(pathToFileURL(at('2024.csv')).href, {}, signal), { paths: [at('2024.csv')] })
    for (const [name, message] of cases) await t.rejects(inputSource(at(name), {}, signal), { message }, name)
  })

  await t.test('that cannot be written are refused before anything runs', async (t) => {
    const cases = [
      [{ out: at('2024.csv') }, /it exists, replace it with --force/],
      [{ out: directory }, /it is a directory, name a file in it/],
      [{ out: at('none/x.csv') }, /there is no directory ".*none", make it first/],
      [{ out: at('2024.csv/x.csv') }, /a part of its path is a file/],
      [{ out: at('x.xyz') }, /Cannot tell the format of ".*x.xyz": name it .*\.csv/],
      [{ out: at('x.csvv') }, /Did you mean ".csv"\?$/],
      [{ out: at('x.csv'), format: 'ndjson' }, /its name says csv/],
      [{ out: at('x.csv'), format: 'table' }, /tables are printed/],
      [{ out: at('x.csv'), rows: 3 }, /Cannot use --rows here/],
      [{ format: 'csv', all: true }, /Cannot use --all here/],
      [{ partitionBy: ['a'] }, /Cannot partition what goes to stdout/],
      [{ out: `${directory}/` }, /directory of files without a format: give --format arrow, parquet, csv, ndjson$/],
      [{ out: `${directory}/`, format: 'csv' }, /it exists/],
      [{ out: at('2024.csv'), format: 'csv', partitionBy: ['a'] }, /there is a file of that name/],
    ] as const
    for (const [options, message] of cases) {
      await t.rejects(outputFor(options), { name: 'UsageError', message }, JSON.stringify(options))
    }
    t.match(await outputFor({ out: at('x.JSONL') }), { to: 'file', format: 'ndjson', path: at('x.JSONL') })
    t.match(await outputFor({ out: at('2024.csv'), force: true }), { to: 'file', overwrite: true })
    t.match(await outputFor({ out: at('plain'), format: 'csv' }), { to: 'file', format: 'csv' })
    t.match(await outputFor({ out: at('new/'), format: 'parquet' }), { to: 'file', path: at('new/') })
    t.match(await outputFor({ out: '/dev/null' }), { to: 'device', format: 'ndjson' })
    t.match(await outputFor({ out: '-', format: 'table', rows: 3 }), { to: 'print', maxRows: 3 })
  })
})

test('detectFormat() knows formats by their marks', async (t) => {
  const cases = [
    ['PAR1\x15\x00', { format: 'parquet' }],
    ['ARROW1\0\0', { format: 'arrow' }],
    ['\xff\xff\xff\xff\x10\0', { format: 'arrow' }],
    [' \n{"a":1}', { format: 'json' }],
    ['a,b\n', { format: 'csv' }],
    ['a\tb\n', { format: 'csv', delimiter: '\t' }],
    ['a\tb,c\n', { format: 'csv' }],
    ['\x28\xb5\x2f\xfd', { problem: /zstd/ }],
    ['PK\x03\x04', { problem: /zip/ }],
    ['  \n', { problem: /nothing but white space/ }],
  ] as const
  for (const [text, found] of cases) t.match(detectFormat(Buffer.from(text, 'latin1')), found, JSON.stringify(text))
})
