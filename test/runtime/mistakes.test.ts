// What somebody who comes from another library writes first: each is refused at once, says what came, and how it is
// written here. The calls are the library's; those of JSON jobs and of the command line are with their own tests.

import { type Test, test } from 'tap'
import * as volley from 'volley'
import { buildServer } from 'volley/api'
import { VolleyClient } from 'volley/client'

// What callers without types can write.
// biome-ignore lint/suspicious/noExplicitAny: the point of this file is what the compiler would refuse
const { col, lit, udf, udaf, when, SessionContext, WorkerPool, functions: f, float64, utf8 } = volley as any

const ctx = new SessionContext({ backend: 'in-process', log: 'ignore' })
const df = ctx.fromRows([
  { a: 1, name: 'x' },
  { a: 2, name: 'y' },
])
const twice = udf((x: number) => x * 2, [float64], float64, { name: 'twice' })

type Mistakes = Readonly<Record<string, readonly [make: () => unknown, says: RegExp]>>

async function refused(t: Test, code: string, mistakes: Mistakes): Promise<void> {
  for (const [title, [make, says]] of Object.entries(mistakes)) {
    await t.rejects(async () => make(), { code, message: says }, title)
  }
}

test('steps say what came, and how it is written', { timeout: 60_000 }, (t) =>
  refused(t, 'invalid_argument', {
    'a comparison of JavaScript': [() => df.filter(true), /filter\(\) with the boolean true: .*col\('a'\)\.gt\(1\)/],
    'a function of rows': [() => df.filter((row: { a: number }) => row.a > 1), /with a function: .* udf\(\)/],
    'no condition': [() => df.filter(), /filter\(\) with undefined/],
    'conditions in an array': [() => df.filter([col('a').gt(1)]), /filter\(\.\.\.list\)/],
    'a comparator': [() => df.sort((x: number, y: number) => x - y), /not compared by a function/],
    'an object of directions': [() => df.sort({ a: 'desc' }), /sort\(\) with an object: .*col\('a'\)\.desc\(\)/],
    'columns in an array': [() => df.select(['a', 'name']), /select\(\.\.\.list\)/],
    'a function to select': [() => df.select((row: { a: number }) => row.a), /with a function: .* udf\(\)/],
    'a UDF that is not called': [() => df.select(twice), /the UDF "twice" itself: .*twice\(col\('a'\)\)/],
    'a built-in that is not called': [() => df.aggregate([], [f.sum]), /the function "sum": .*sum\(col\('a'\)\)/],
    'a constant': [() => df.withColumn('b', 1), /the number 1: .*lit\(\)/],
    'a value for each row': [() => df.withColumn('b', (row: unknown) => row), /with a function: .* udf\(\)/],
    'the name last': [() => df.withColumn(col('a'), 'b'), /an Expr as the name of a column/],
    'columns without names': [() => df.withColumns([col('a')]), /withColumns\(\) with an Array: it takes an object/],
    'keys without an array': [() => df.aggregate('name', 'sum(a)'), /two arrays/],
    'no aggregates': [() => df.aggregate(['name']), /aggregate\(\) with undefined/],
    'names in an array': [() => df.dropColumns(['a']), /dropColumns\(\.\.\.names\)/],
    'an expression to drop': [() => df.dropColumns(col('a')), /a name is a string, not an expression/],
    'a count as text': [() => df.limit('2'), /count "2"/],
  }),
)

test('filter() takes several conditions', async (t) => {
  t.strictSame(await df.filter('a > 0', col('name').eq('y')).toRows(), [{ a: 2n, name: 'y' }])
})

test('expressions say what came', { timeout: 60_000 }, async (t) => {
  await refused(t, 'invalid_argument', {
    'a missing operand': [() => col('a').eq(undefined), /undefined: an argument is missing/],
    'a function as an operand': [
      () => col('a').gt(() => 1),
      /a function of values becomes one of columns with udf\(\)/,
    ],
    'an array as an operand': [() => lit([1]), /isIn/],
    'values without an array': [() => col('a').isIn(1, 2), /isIn\(\) with the number 1: it takes an array/],
    'a name that is none': [() => col(['a']), /an Array: name one column at a time/],
    'an alias that is none': [() => col('a').alias(), /alias\(\) with undefined/],
    'a constructor as a type': [() => col('a').cast(Number), /the function "Number" as a type: float64/],
    'no type': [() => col('a').cast(), /undefined as a type/],
    'a text to partition by': [() => f.sum(col('a')).over({ partitionBy: ['name'] }), /col\("name"\)/],
    'a key without an array': [() => f.sum(col('a')).over({ orderBy: col('a') }), /give an array of expressions/],
    'a misspelt option of over()': [() => f.sum(col('a')).over({ partitonBy: [] }), /Did you mean "partitionBy"\?/],
    'a literal out of its type': [() => lit(300, 'int8'), /Int8 of the number 300: it reaches from -128 to 127/],
    'a fraction as an integer': [() => lit(1.5, 'int32'), /Int32 of the number 1\.5: it holds whole numbers/],
    'a negative number without sign': [() => lit(-1, 'uint64'), /UInt64 of the number -1/],
    'half a condition': [() => when(col('a').gt(1)), /an argument is missing/],
  })
  await refused(t, 'type_mismatch', {
    'a text for a column': [() => df.select(twice('a')).toRows(), /"a" is a constant here, the column is col\('a'\)/],
    'a text for an aggregate': [() => df.aggregate([], [f.sum('a')]).toRows(), /the column is col\('a'\)/],
  })
})

test('functions of the user say what is missing', { timeout: 60_000 }, async (t) => {
  const accumulator = class {
    update() {}
    merge() {}
    state() {
      return []
    }
    evaluate() {}
  }
  await refused(t, 'invalid_argument', {
    'no types': [() => udf((x: number) => x), /without its types \(inputs, returns\): write udf\(fn, \[float64\]/],
    'no result': [() => udf((x: number) => x, [float64]), /without its types \(returns\)/],
    'options for a result': [() => udf((x: number) => x, [float64], { name: 'x' }), /without the type of its result/],
    'no array of types': [() => udf(Math.abs, float64, float64), /its inputs must be an array of types/],
    'a misspelt option': [() => udf(Math.abs, [float64], float64, { nam: 'x' }), /Did you mean "name"\?/],
    'a class': [() => udf(class Sum {}, [float64], float64), /UDF "Sum" of a class: udaf\(\)/],
    'a generator': [() => udf(function* g() {}, [float64], float64), /of a generator function/],
    'an aggregate without state': [() => udaf(accumulator, [float64], float64), /without its types \(state\)/],
    'a misspelt option of udaf()': [
      () => udaf(accumulator, [float64], float64, [float64], { retract: true }),
      /Did you mean "retracts"\?/,
    ],
    'a function to register': [
      () => ctx.registerUdf((x: number) => x),
      /registerUdf\(\) with a function: it takes what/,
    ],
    'a name to register': [() => ctx.registerUdf('x', Math.abs), /registerUdf\(\) with the string "x"/],
    'a UDF as an aggregate': [() => ctx.registerUdaf(twice), /it is of another kind, call registerUdf\(\)/],
    'a path as a table': [() => ctx.registerTable('t', 't.csv'), /Cannot register the string "t\.csv" as table "t"/],
    'a table before its name': [() => ctx.registerTable(df, 't'), /Cannot name a table with a DataFrame/],
  })
})

test('a function without return is refused, undefined from one that has it is null', async (t) => {
  const frame = ctx.fromColumns({ a: [1.5] })
  const of = (fn: unknown) => frame.select(udf(fn, [float64], float64, { name: 'fn' })(col('a')).alias('b')).toRows()
  const forgetful = (x: number): void => {
    Math.abs(x)
  }
  await t.rejects(of(forgetful), {
    code: 'udf_wrong_result',
    message: 'Function "fn" returned undefined: its body has no return; return the value, or null for null',
  })
  const known: Readonly<Record<string, number>> = {}
  t.strictSame(await of((x: number) => known[x]), [{ b: null }])
  const some = (x: number): number | undefined => {
    if (x > 2) return x
    return undefined
  }
  t.strictSame(await of(some), [{ b: null }])
})

test('sources say what is read', { timeout: 60_000 }, async (t) => {
  await refused(t, 'not_implemented', {
    http: [
      () => ctx.readCsv('http://example.org/a.csv'),
      /"http:\/\/example.org\/a\.csv": sources are files.* download/,
    ],
    https: [() => ctx.readJson(['https://example.org/a']), /https: addresses are not read/],
    s3: [() => ctx.readParquet('s3://bucket/a.parquet'), /s3: addresses are not read/],
    gs: [() => ctx.readArrow('gs://bucket/a.arrow'), /gs: addresses are not read/],
    'a URL object': [() => ctx.readCsv(new URL('https://example.org/a.csv')), /https: addresses are not read/],
    'a relative file URL': [() => ctx.readCsv('file:a.csv'), /write the path alone/],
  })
  await refused(t, 'source_not_found', {
    'a home directory': [() => ctx.readCsv('~/a.csv').schema(), /"~" is replaced by shells alone/],
    'a variable': [() => ctx.readCsv('$HOME/a.csv').schema(), /variables are replaced by shells alone/],
  })
  await refused(t, 'invalid_argument', {
    'no path': [() => ctx.readCsv(), /Cannot read undefined: give the path of a file/],
    'an empty path': [() => ctx.readCsv(''), /the path is empty/],
    'a number': [() => ctx.readCsv([1]), /Cannot read the number 1/],
    'rows as columns': [() => ctx.fromColumns([{ a: 1 }]), /an array of objects goes to fromRows\(\)/],
    'one object as rows': [() => ctx.fromRows({ a: 1 }), /an object as rows: give an array of objects/],
    'arrays as rows': [() => ctx.fromRows([[1]]), /row 0, an Array/],
    'types as a schema': [() => ctx.fromRows([{ a: 1 }], { a: 'int64' }), /an array of fields/],
  })
})

test('options out of their range are refused at the door', { timeout: 60_000 }, async (t) => {
  const wrong = [0, -1, 1.5, Number.NaN, '2', 1e9, null]
  for (const workers of wrong) {
    for (const make of [() => new SessionContext({ workers }), () => WorkerPool.fork({ workers })]) {
      t.throws(make, { code: 'invalid_argument', message: /^Cannot take workers = .*: it must be a whole number/ })
    }
  }
  await refused(t, 'invalid_argument', {
    'a path as a module': [() => new SessionContext({ workerContext: './ctx.ts' }), /new URL\('\.\/module\.js'/],
    'no backend': [() => new SessionContext({ backend: null }), /backend = null/],
    'a variable that is no text': [() => new SessionContext({ env: { A: 1 } }), /env\.A = 1: it is a string/],
    'a directory that is not there': [() => WorkerPool.fork({ cwd: '/no/such/place' }), /there is no directory/],
    'a controller': [() => df.toRows({ signal: new AbortController() }), /give the signal of the controller/],
    'no callback': [() => df.toRows({ onProgress: 1 }), /onProgress = 1: it is a function/],
    'a word for true': [() => df.toRows({ json: 'yes' }), /json = "yes": it is true or false/],
    'a text for tokens': [() => buildServer({ tokens: 'secret' } as never), /it is an array of tokens/],
    'a scope that there is not': [
      () => buildServer({ tokens: [{ token: 'secret', scopes: ['jobs:run'] }] } as never),
      /scopes = "jobs:run": they are among/,
    ],
    'a misspelt limit': [() => buildServer({ tokens: ['secret'], limits: { maxStep: 1 } } as never), /"maxSteps"/],
    'no directories': [() => buildServer({ tokens: ['secret'], dataRoots: '.' } as never), /an array of strings/],
    'an address without http': [
      () => new VolleyClient({ url: 'localhost:8642' }),
      /such as http:\/\/127\.0\.0\.1:8642/,
    ],
    'a misspelt option of a client': [
      () => new VolleyClient({ url: 'http://localhost', tokn: '' } as never),
      /"token"/,
    ],
  })
  const client = new VolleyClient({ url: 'http://127.0.0.1:9' })
  await t.rejects(client.job('x').status(), {
    code: 'server_unreachable',
    message: /^Cannot reach the server at http:\/\/127/,
  })
})

test('values that cannot be columns are described without running them', async (t) => {
  t.throws(() => col('a').eq(Symbol('s')), { code: 'invalid_argument', message: /the symbol Symbol\(s\)/ })
  t.throws(() => lit(Object.create(null)), { code: 'invalid_argument', message: /an object/ })
  t.throws(() => udf('x'.repeat(100), [utf8], utf8), { message: /the string "x{40}…"/ })
})

test('what the data does not allow is told with its column, row and step', async (t) => {
  const frame = ctx.fromColumns({ name: ['1', 'x'], n: [1, 0] })
  const cast = 'Cannot cast "x" in column "name" to'
  const failures: Readonly<Record<string, () => Promise<unknown>>> = {
    [`${cast} Int64: use try_cast to get null instead (in a filter, row 1)`]: () => frame.filter('name > 1').toRows(),
    [`${cast} Int32: use try_cast to get null instead (in a computed column, row 1)`]: () =>
      frame.select('cast(name as int) as k').toRows(),
    [`${cast} Int32: use try_cast to get null instead (in an aggregation, row 1)`]: () =>
      frame.aggregate([], ['sum(cast(name as int)) as t']).toRows(),
    [`${cast} Int32: use try_cast to get null instead (in a sort key, row 1)`]: () =>
      frame.sort('cast(name as int)').toRows(),
    [`${cast} Int32: use try_cast to get null instead (in a window, row 1)`]: () =>
      frame.select('sum(cast(name as int)) over (order by n) as k').toRows(),
    'Cannot divide by zero: guard the divisor with CASE or nullif (in a computed column, row 1)': () =>
      frame.withColumn('q', '10 / n').toRows(),
  }
  for (const [message, run] of Object.entries(failures)) await t.rejects(run(), { message })
})

test('names that are not known are answered in the words of the library', async (t) => {
  const registering = /Register it with registerUdf$/
  t.throws(() => ctx.parseExpr('entirely_my_own(a)'), { code: 'unknown_function', message: registering })
  t.throws(() => ctx.sql('select entirely_my_own(a) from t'), { code: 'unknown_function', message: registering })
  t.throws(() => ctx.table('nowhere'), { code: 'unknown_table', message: /Register it with registerTable$/ })
  t.throws(() => ctx.table(), { code: 'invalid_argument' })
  const cast = df.select('arrow_cast(1, \'Timestamp(Second, Some("Mars/Base"))\') as t')
  await t.rejects(cast.schema(), { code: 'invalid_argument', message: /^Time zone "Mars\/Base" is not known/ })
})

test('over HTTP they are answered in the words of the server', async (t) => {
  const app = buildServer({ insecureNoAuth: true, session: ctx })
  t.teardown(() => app.close())
  const detailOf = async (payload: object): Promise<string> => {
    const reply = await app.inject({ method: 'POST', url: '/v1/jobs', payload })
    return reply.json<{ detail: string }>().detail
  }
  t.match(await detailOf({ source: { table: 'nowhere' } }), /volley serve --table NAME=PATH$/)
  t.match(await detailOf({ sql: 'select 1 from nowhere' }), /volley serve --table NAME=PATH$/)
  const unknown = { source: { rows: [{ a: 1 }] }, steps: [{ filter: 'entirely_my_own(a)' }] }
  t.match(await detailOf(unknown), /--worker-context FILE; GET \/v1\/functions lists them all$/)
  const url = { source: { csv: 's3://bucket/a.csv' } }
  t.match(await detailOf(url), /"s3:\/\/bucket\/a\.csv": sources are files.* download it first$/)
})
