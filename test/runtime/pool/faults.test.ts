// The line that says why a worker did not start, out of what Node prints around it.

import { test } from 'tap'
import { startError } from '../../../runtime/pool/faults.ts'

const exit = { code: 1, signal: null }
const stack = Array.from({ length: 20 }, (_, i) => `    at step${i} (node:internal/modules/esm/loader:${i}:1)`).join(
  '\n',
)

test('startError() shows the error, not the end of its stack', async (t) => {
  const missing = [
    'node:internal/modules/package_json_reader:314',
    '  throw new ERR_MODULE_NOT_FOUND(packageName, fileURLToPath(base), null);',
    '        ^',
    '',
    "Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'apache-arrow' imported from /app/dist/main.mjs",
    stack,
    '{',
    "  code: 'ERR_MODULE_NOT_FOUND'",
    '}',
    '',
    'Node.js v24.1.0',
  ].join('\n')
  t.equal(
    startError(exit, missing).message,
    "Cannot start a worker: it exited with code 1; its last output: Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'apache-arrow' imported from /app/dist/main.mjs",
  )
  t.equal(startError(exit, missing).details.output, missing, 'all of it is in the details')
})

test('startError() shows where a syntax error is, and messages of several lines', async (t) => {
  const syntax = `file:///app/context.ts:3\nconst = 1\n      ^\n\nSyntaxError: Unexpected token '='\n${stack}\n\nNode.js v24.1.0`
  t.match(
    startError(exit, syntax).message,
    /its last output: SyntaxError: Unexpected token '=' \(\/app\/context\.ts:3\)$/,
  )
  const lines = `/app/a.mjs:1\nthrow x\n^\n\nRangeError: first\nsecond\n${stack}`
  t.match(startError(exit, lines).message, /its last output: RangeError: first\nsecond \(\/app\/a\.mjs:1\)$/)
})

test('startError() shows the last lines where there is no error among them', async (t) => {
  t.match(startError(exit, 'one\ntwo').message, /its last output: one\ntwo$/)
  t.equal(startError(exit, '').message, 'Cannot start a worker: it exited with code 1')
  t.match(
    startError(exit, '/usr/bin/node: bad option: --wrong').message,
    /its last output: .*node: bad option: --wrong$/,
  )
})
