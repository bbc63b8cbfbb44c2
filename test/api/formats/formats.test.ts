// Formats: which one a request asks for, and how values are written.

import { Readable } from 'node:stream'
import { test } from 'tap'
import { date32, decimal128, field, float64, int64, list, SessionContext, struct, timestamp, utf8 } from 'volley'
import { negotiate } from '../../../api/formats/negotiate.ts'
import { resultFormats } from '../../../api/formats/result-formats.ts'
import { everyContentType } from './every-content-type.ts'

test('negotiate() takes what the header prefers', async (t) => {
  const cases = [
    [undefined, 'application/vnd.apache.arrow.stream'],
    ['*/*', 'application/vnd.apache.arrow.stream'],
    ['text/csv', 'text/csv; charset=utf-8'],
    ['TEXT/CSV; charset=utf-8', 'text/csv; charset=utf-8'],
    ['application/x-ndjson, */*;q=0.1', 'application/x-ndjson'],
    ['application/*', 'application/vnd.apache.arrow.stream'],
    ['application/json; indent=4', 'application/json'],
    ['text/csv; header="absent", text/csv; q=0.5', 'text/csv; charset=utf-8; header=absent'],
    ['text/csv; charset=latin1, */*;q=0.1', 'application/vnd.apache.arrow.stream'],
    ['text/*', 'text/csv; charset=utf-8'],
    ['application/vnd.apache.arrow.stream;q=0.2, text/csv;q=0.9', 'text/csv; charset=utf-8'],
    ['application/vnd.apache.arrow.stream;q=0, */*', 'application/x-ndjson'],
  ] as const
  for (const [accept, contentType] of cases) t.equal(negotiate(accept).contentType, contentType, accept ?? 'nothing')
  for (const accept of ['image/png', 'text/csv;q=0', 'text/csv; charset=latin1', 'text/csv; header=maybe']) {
    t.throws(() => negotiate(accept), { code: 'not_acceptable' }, accept)
  }
})

test('negotiate() takes what the query says, whatever the header prefers', async (t) => {
  const types = ['arrow', 'ndjson', 'json', 'csv', 'arrow-file', 'parquet'].map(
    (format) => negotiate('text/html', { format }).contentType,
  )
  t.same(types, everyContentType)
  t.equal(negotiate('text/csv', { header: 'absent' }).contentType, 'text/csv; charset=utf-8; header=absent')
  t.throws(() => negotiate('application/json', { header: 'absent' }), {
    code: 'not_acceptable',
    message: 'Cannot answer application/json with "header=absent": leave it out',
  })
})

test('values are written in their JSON encoding', { timeout: 120_000 }, async (t) => {
  await using session = new SessionContext({ backend: 'in-process' })
  const frame = session.fromColumns(
    {
      i: [1, '9007199254740993', null],
      f: [1.5, Number.NaN, Number.NEGATIVE_INFINITY],
      d: ['1.20', '-3.00', null],
      day: ['2024-01-31', null, '1969-12-31'],
      at: ['2024-01-31T12:00:00.5', null, null],
      's, "x"': ['plain', '', 'a "b",\nc'],
      l: [[1, null], [], null],
      o: [{ a: 1 }, null, { a: null }],
    },
    {
      i: int64,
      f: float64,
      d: decimal128(10, 2),
      day: date32,
      at: timestamp('ms'),
      's, "x"': utf8,
      l: list(int64),
      o: struct([field('a', int64)]),
    },
  )
  const text = async (name: string): Promise<string> => {
    const chunks: Uint8Array[] = []
    const format = resultFormats.find((each) => each.name === name)!
    for await (const chunk of format.encode((await frame.run()).stream)) chunks.push(chunk)
    return Buffer.concat(chunks).toString()
  }
  t.equal(
    await text('ndjson'),
    [
      '{"i":1,"f":1.5,"d":"1.20","day":"2024-01-31","at":"2024-01-31T12:00:00.500","s, \\"x\\"":"plain","l":[1,null],"o":{"a":1}}',
      '{"i":"9007199254740993","f":"NaN","d":"-3.00","day":null,"at":null,"s, \\"x\\"":"","l":[],"o":null}',
      '{"i":null,"f":"-Infinity","d":null,"day":"1969-12-31","at":null,"s, \\"x\\"":"a \\"b\\",\\nc","l":null,"o":{"a":null}}',
      '',
    ].join('\n'),
  )
  t.equal(
    await text('csv'),
    [
      'i,f,d,day,at,"s, ""x""",l,o',
      '1,1.5,1.20,2024-01-31,2024-01-31T12:00:00.500,plain,"[1,null]","{""a"":1}"',
      '9007199254740993,NaN,-3.00,,,"",[],',
      ',-Infinity,,1969-12-31,,"a ""b"",\nc",,"{""a"":null}"',
      '',
    ].join('\n'),
  )
})

test('a stream that breaks off leaves bytes that do not look whole', { timeout: 120_000 }, async (t) => {
  await using session = new SessionContext({ backend: 'in-process' })
  const whole = await session.fromColumns({ a: [1, 2] }, { a: int64 }).toIPC()
  async function* brokenOff() {
    // All but the mark of its end.
    yield whole.subarray(0, -8)
    throw new Error('broken off')
  }
  const ends: Readonly<Record<string, string>> = { json: ']\n', 'arrow-file': 'ARROW1', parquet: 'PAR1' }
  for (const [name, end] of Object.entries(ends)) {
    const format = resultFormats.find((each) => each.name === name)!
    const chunks: Uint8Array[] = []
    await t.rejects(
      async () => {
        for await (const chunk of format.encode(brokenOff())) chunks.push(chunk)
      },
      { message: 'broken off' },
      name,
    )
    // What is longer than the mark that both begin with.
    const bytes = Buffer.concat(chunks).subarray(8).toString('latin1')
    t.notOk(bytes.endsWith(end), name)
    const complete = Buffer.concat(await Array.fromAsync(format.encode(Readable.from([whole]))))
    t.ok(complete.toString('latin1').endsWith(end), `${name}, whole`)
  }
})
