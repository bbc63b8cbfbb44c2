// Tokens of a state directory, made and taken back while a server runs; wrong ones, and ones in URLs.

import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { type Test, test } from 'tap'
import { SessionContext } from 'volley'
import { buildServer, type ServerOptions } from 'volley/api'
import { networkOf, WrongTokens } from '../../../api/auth/attempts.ts'
import { createToken, revokeToken, rotateToken } from '../../../api/auth/change-tokens.ts'
import { redactUrl } from '../../../api/auth/redact.ts'
import { TokenFile } from '../../../api/auth/token-file.ts'
import { volley } from '../spawn-server.ts'

const token = 'the-right-token'

async function stateDirectory(t: Test): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'volley-tokens-'))
  t.teardown(() => rm(directory, { recursive: true }))
  return directory
}

function build(options: ServerOptions) {
  const app = buildServer({ session: new SessionContext({ backend: 'in-process', log: 'ignore' }), ...options })
  const ask = (secret: string, url = '/v1/functions') =>
    app.inject({ url, headers: { authorization: `Bearer ${secret}` } })
  return { ask, [Symbol.asyncDispose]: () => app.close() }
}

test('a running server sees tokens come and go', { timeout: 120_000 }, async (t) => {
  const stateDir = await stateDirectory(t)
  const file = new TokenFile(stateDir)
  await using server = build({ stateDir })
  // The file is asked for again once the last look is half a second old.
  const statusAfterChange = async (secret: string) => {
    await delay(600)
    return (await server.ask(secret)).statusCode
  }
  t.equal((await server.ask('anything')).statusCode, 401)

  const first = await createToken(file, 'reports', ['jobs:read'])
  t.match(first.secret, /^vly_[\w-]{43}$/)
  t.equal(await statusAfterChange(first.secret), 200)
  t.equal((await stat(file.path)).mode & 0o777, 0o600)
  t.notMatch(await readFile(file.path, 'utf8'), first.secret)

  const second = await rotateToken(file, 'reports', 60_000)
  t.equal(await statusAfterChange(second.secret), 200)
  t.equal((await server.ask(first.secret)).statusCode, 200)
  const third = await rotateToken(file, 'reports', 0)
  t.equal(await statusAfterChange(third.secret), 200)
  t.equal((await server.ask(second.secret)).statusCode, 401)

  await revokeToken(file, 'reports')
  t.equal(await statusAfterChange(third.secret), 401)
  t.match((await server.ask(third.secret)).headers['www-authenticate'], /error_description="the token is not known/)
})

test('a token that is given takes the place of a stored one of its name, and uses are told', {
  timeout: 120_000,
}, async (t) => {
  const stateDir = await stateDirectory(t)
  const file = new TokenFile(stateDir)
  const replaced = await createToken(file, 'default', ['jobs:read'])
  const other = await createToken(file, 'reports', ['jobs:read'])
  {
    await using server = build({ stateDir, tokens: [{ token, id: 'default' }] })
    t.equal((await server.ask(token)).statusCode, 200)
    t.equal((await server.ask(replaced.secret)).statusCode, 401)
    t.equal((await server.ask(other.secret)).statusCode, 200)
  }
  const { stdout } = await volley(['token', 'list', '--json', '--state-dir', stateDir])
  const [first, second] = JSON.parse(stdout)
  t.strictSame([first.name, first.lastUsedAt], ['default', undefined])
  t.match(second, { name: 'reports', lastUsedAt: /^20\d\d-\d\d-\d\dT\d\d:\d\d:00\.000Z$/ })
})

test('writers take turns, and none is lost', { timeout: 120_000 }, async (t) => {
  const file = new TokenFile(await stateDirectory(t))
  const names = Array.from({ length: 12 }, (_, i) => `token-${i}`)
  await Promise.all(names.map((name) => createToken(file, name, ['jobs:read'])))
  t.strictSame((await file.read()).map(({ name }) => name).toSorted(), names.toSorted())
  await t.rejects(createToken(file, 'token-3', ['jobs:read']), /there is one, rotate or revoke it/)
  await writeFile(`${file.path}.lock`, '99999999')
  await revokeToken(file, 'token-3')
  t.equal((await file.read()).length, 11)
})

test('a file that others may read, or that holds something else, is not used', { timeout: 120_000 }, async (t) => {
  const file = new TokenFile(await stateDirectory(t))
  const { secret } = await createToken(file, 'reports', ['jobs:read'])
  await chmod(file.path, 0o644)
  await t.rejects(file.read(), { code: 'invalid_argument', message: /others may read it/ })
  await using server = build({ tokens: [token], stateDir: join(file.path, '..') })
  t.equal((await server.ask(secret)).statusCode, 401)
  t.equal((await server.ask(token)).statusCode, 200)
  await chmod(file.path, 0o600)
  await writeFile(file.path, '{ "tokens": [{ "name": "x" }] }')
  await t.rejects(file.read(), /it is not what "volley token" writes/)
})

test('an expired token is refused with the reason', { timeout: 120_000 }, async (t) => {
  await using server = build({ tokens: [{ token, expiresAt: new Date(Date.now() - 1000) }] })
  const { statusCode, headers } = await server.ask(token)
  t.equal(statusCode, 401)
  t.match(headers['www-authenticate'], /error_description="the token has expired"/)
})

test('guesses have to wait, a right token does not', { timeout: 120_000 }, async (t) => {
  await using server = build({ tokens: [token] })
  for (let i = 0; i < 10; i++) t.equal((await server.ask(`wrong-${i}`)).statusCode, 401)
  const refused = await server.ask('wrong-again')
  t.equal(refused.statusCode, 429)
  t.equal(refused.json().code, 'too_many_attempts')
  t.match(refused.headers['retry-after'], /^\d+$/)
  t.equal((await server.ask(token)).statusCode, 200)
})

test('WrongTokens doubles the wait of a network, and forgets', async (t) => {
  let now = 0
  const wrong = new WrongTokens(() => now)
  for (let i = 0; i < 10; i++) wrong.add('2001:db8::1')
  t.equal(wrong.waitOf('2001:db8::2'), 1000)
  t.equal(wrong.waitOf('2001:db8:0:1::2'), 0)
  wrong.add('2001:db8::3')
  t.equal(wrong.waitOf('2001:db8::1'), 2000)
  now = 60 * 60_000
  wrong.add('2001:db8::3')
  t.equal(wrong.waitOf('2001:db8::1'), 0)
  t.equal(networkOf('::ffff:10.0.0.1'), '10.0.0.1')
  t.equal(networkOf('fe80::1%eth0'), 'fe80:0:0:0::/64')
})

test('a token in a URL is neither taken nor logged', { timeout: 120_000 }, async (t) => {
  let log = ''
  const stream = new Writable({
    write(chunk, _encoding, done) {
      log += chunk
      done()
    },
  })
  await using server = build({ tokens: [token], logger: { level: 'trace', stream } })
  for (const name of ['token', 'access_token', '%74oken', 'TOKEN']) {
    const answer = await server.ask(token, `/v1/functions?a=1&${name}=${token}`)
    t.equal(answer.statusCode, 400, name)
    t.equal(answer.json().code, 'token_in_url')
  }
  t.match(log, '/v1/functions?a=1&token=[redacted]')
  t.notMatch(log, token)
  t.equal(redactUrl('/a?b=token&c'), '/a?b=token&c')
})

test('volley token makes, lists, rotates and revokes', { timeout: 240_000 }, async (t) => {
  const env = { VOLLEY_STATE_DIR: await stateDirectory(t) }
  const made = await volley(['token', 'create', 'ci', '--scope', 'jobs:read', '--expires', '30d', '--json'], { env })
  t.match(JSON.parse(made.stdout), { name: 'ci', scopes: ['jobs:read'], token: /^vly_/ })
  t.notMatch(made.stdout, 'sha256')
  const listed = await volley(['token', 'list'], { env })
  t.match(listed.stdout, /^ci {2}jobs:read {2}made \S+Z {2}expires \S+Z {2}never used\n$/)
  t.match(await volley(['token', 'rotate', 'ci'], { env }), { code: 0, stdout: /^vly_\S+\n$/ })
  t.match(await volley(['token', 'revoke', 'cj'], { env }), { code: 1, stderr: /Did you mean "ci"/ })
  t.match(await volley(['token', 'create', 'x', '--scope', 'all'], { env }), { code: 2, stderr: /usage_error/ })
})
