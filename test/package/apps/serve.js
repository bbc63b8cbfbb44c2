// The server of the command line: from its start to its end by a signal, with a file of the project as a table, and spans
// that go to a collector.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const directory = await mkdtemp(join(tmpdir(), 'volley-serve-'))
await writeFile(join(directory, 'sales.csv'), 'net\n1\n5\n')
let spans = ''
const collector = createServer(async (request, response) => {
  for await (const chunk of request) spans += chunk
  response.setHeader('content-type', 'application/json').end('{}')
}).listen(0, '127.0.0.1')
await once(collector, 'listening')

const server = spawn(
  process.execPath,
  [
    ...['node_modules/.bin/volley', 'serve', '--port', '0', '--workers', '1', '--state-dir', join(directory, 'state')],
    ...[
      '--table',
      `sales=${join(directory, 'sales.csv')}`,
      '--otlp-endpoint',
      `http://127.0.0.1:${collector.address().port}`,
    ],
  ],
  { env: { ...process.env, VOLLEY_TOKEN: 'a-token-of-our-own' }, stdio: ['ignore', 'ignore', 'pipe'] },
)
const ended = once(server, 'exit')
try {
  const seen = await use(await addressOf(server))
  server.kill('SIGTERM')
  const [code] = await ended
  console.log(JSON.stringify({ ...seen, spans: spans.includes('volley'), code }))
} finally {
  server.kill('SIGKILL')
  collector.close()
  await rm(directory, { recursive: true })
}

async function addressOf({ stderr }) {
  const said = []
  for await (const line of createInterface({ input: stderr })) {
    said.push(line)
    const [, url] = /listening on (http:[\w./:]+)/.exec(line) ?? []
    if (url !== undefined) {
      stderr.resume()
      return url
    }
  }
  throw new Error(`The server does not listen:\n${said.join('\n')}`)
}

async function use(url) {
  const answer = await fetch(`${url}/v1/jobs?format=ndjson`, {
    method: 'POST',
    headers: { authorization: 'Bearer a-token-of-our-own', 'content-type': 'application/sql' },
    body: 'select sum(net) as net from sales',
  })
  const rows = await answer.json()
  const { version } = await (await fetch(`${url}/`, { headers: { accept: 'application/json' } })).json()
  const page = await (await fetch(`${url}/docs`)).text()
  return { rows, version, docs: page.includes('/v1/jobs') }
}
