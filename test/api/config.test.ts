// The settings of `volley serve`: one table for flags, variables, the config file and the reference page.

import { readFile } from 'node:fs/promises'
import { delimiter, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { test } from 'tap'
import { configFileOf, readSettings, serverOptionsOf } from '../../api/config/read-settings.ts'
import { configurationPage } from '../../api/config/reference.ts'
import { volley } from './spawn-server.ts'

test('a flag goes before a variable, a variable before the file, that before the default', async (t) => {
  const directory = t.testdir({ 'volley.json': '{ "port": 1, "drain": 2.5, "logLevel": "warn", "workers": 3 }' })
  const env = { VOLLEY_CONFIG: join(directory, 'volley.json'), VOLLEY_PORT: '2', VOLLEY_WORKERS: '4' }
  const settings = await readSettings({ flags: { port: '5' }, env })
  t.match(settings, { port: 5, workers: 4, drain: 2500, logLevel: 'warn', host: '127.0.0.1' })
})

test('paths of a config file are relative to it, others to the working directory', async (t) => {
  const directory = t.testdir({ 'volley.json': '{ "dataRoot": ["data"], "table": { "a": "a.csv" } }' })
  const env = { VOLLEY_DATA_ROOT: ['x', 'y'].join(delimiter) }
  const flags = { config: join(directory, 'volley.json'), workerContext: 'functions.ts' }
  const settings = await readSettings({ flags, env })
  t.strictSame(serverOptionsOf(settings), {
    dataRoots: [resolve('x'), resolve('y')],
    tables: { a: join(directory, 'a.csv') },
    pool: { workerContext: pathToFileURL('functions.ts') },
    drainMs: 30_000,
    replyIdleMs: 60_000,
  })
})

const refused: readonly (readonly [given: object, message: RegExp])[] = [
  [{ flags: { port: 'many' } }, /^Cannot take --port = "many": give a whole number from 0 to 65535$/],
  [{ env: { VOLLEY_DRAIN: '-1' } }, /^Cannot take VOLLEY_DRAIN = "-1": give a number of seconds/],
  [{ env: { VOLLEY_INSECURE_NO_AUTH: 'maybe' } }, /give true or false/],
  [{ env: { VOLLEY_LOG_LEVEL: 'loud' } }, /give one of trace, debug/],
  [
    { flags: { resultRetention: '0.5' } },
    /^Cannot take --result-retention = "0.5": give a number of seconds of at least 1/,
  ],
  [{ flags: { maxSpoolBytes: '1GB' } }, /give a number of bytes of at least 1/],
  [{ flags: { otlpEndpoint: 'localhost:4318' } }, /give a URL that begins with http/],
  [{ flags: { table: ['a=1', 'a=2'] } }, /give NAME=PATH, each name once/],
  [{ flags: { workerCwd: '/no/such' } }, /there is no directory "\/no\/such"/],
  [{ flags: { token: 'some-token', tokenFile: 'token' } }, /both a token and a token file/],
  [{ flags: { config: '/no/such.json' } }, /^Cannot read the config file "\/no\/such.json": /],
]

for (const [given, message] of refused) {
  test(`readSettings() refuses ${JSON.stringify(given)}`, async (t) => {
    await t.rejects(readSettings({ flags: {}, env: {}, ...given }), { code: 'invalid_argument', message })
  })
}

test('a config file has no keys but those of settings', async (t) => {
  const directory = t.testdir({
    'a.json': '{ "dataRoots": [] }',
    'b.json': '[]',
    'c.json': '{',
    'd.json': '{ "config": "a.json" }',
  })
  const read = (name: string) => readSettings({ flags: { config: join(directory, name) }, env: {} })
  await t.rejects(read('a.json'), { message: /no such setting\. Did you mean "dataRoot"\?/ })
  await t.rejects(read('b.json'), { message: /an object is wanted/ })
  await t.rejects(read('c.json'), { message: /Cannot read the config file/ })
  await t.rejects(read('d.json'), { message: /Cannot take "config" in the config file/ })
})

test('limits of what is kept are settings, in seconds and bytes with a unit', async (t) => {
  const env = { VOLLEY_RESULT_RETENTION: '60', VOLLEY_MAX_QUEUED_PER_TOKEN: '0', VOLLEY_MAX_LOG_BYTES: '1MiB' }
  const flags = { jobRetention: '3600', maxResultBytes: '1GiB', maxSpoolBytes: '2GiB' }
  t.match(serverOptionsOf(await readSettings({ flags, env })), {
    resultRetentionMs: 60_000,
    jobRetentionMs: 3_600_000,
    maxResultBytes: 2 ** 30,
    maxSpoolBytes: 2 ** 31,
    maxQueuedPerToken: 0,
    pool: { maxLogBytes: 2 ** 20 },
  })
})

test('what is nearer to the user takes the place of another kind of token', async (t) => {
  const settings = await readSettings({ flags: { tokenFile: 'token' }, env: { VOLLEY_TOKEN: 'some-token' } })
  t.match(settings, { token: undefined, tokenFile: resolve('token') })
})

test('variables of switches may say no, bytes may have a unit', async (t) => {
  const env = { VOLLEY_ALLOW_INLINE_UDFS: 'false', VOLLEY_MAX_BYTES_IN_FLIGHT: '64MiB' }
  t.match(await readSettings({ flags: {}, env }), { allowInlineUdfs: false, maxBytesInFlight: 64 * 2 ** 20 })
})

test('configFileOf() gives a file that says the same, without secrets', async (t) => {
  const env = { VOLLEY_TOKEN: 'a-secret', VOLLEY_DRAIN: '1.5' }
  const settings = await readSettings({ flags: { workerEnv: ['KEY=a-secret'] }, env })
  const printed = configFileOf(settings)
  t.notMatch(printed, 'a-secret')
  const { token, workerEnv, ...rest } = JSON.parse(printed)
  t.strictSame([token, workerEnv], ['(redacted)', '(redacted)'])
  const directory = t.testdir({ 'volley.json': JSON.stringify(rest) })
  const again = await readSettings({ flags: { config: join(directory, 'volley.json') }, env: {} })
  t.strictSame(again, { ...settings, config: again.config, token: undefined, workerEnv: undefined })
})

test('volley serve --print-config prints them and starts nothing', { timeout: 60_000 }, async (t) => {
  const { code, stdout } = await volley(['serve', '--print-config', '--port', '1'], { env: { VOLLEY_WORKERS: '2' } })
  t.equal(code, 0)
  t.match(JSON.parse(stdout), { port: 1, workers: 2 })
})

test('docs/reference/configuration.md is what npm run generate writes', async (t) => {
  const page = new URL('../../docs/reference/configuration.md', import.meta.url)
  t.equal(await readFile(page, 'utf8'), configurationPage())
})
