// `npm test`: tap with the arguments given, and, after a run that failed, what failed, as the last lines: thousands of
// lines further up nobody finds it. All processes of a run keep the code that they compile in one place: hundreds of
// test files, workers and commands load the same modules.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { failuresIn } from './tap-failures.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const results = join(root, '.tap/test-results')
const startedAt = Date.now()

// Ctrl-C is for tap, which the terminal tells as well.
process.on('SIGINT', () => {})
const tap = spawn(process.execPath, [join(root, 'node_modules/tap/dist/esm/run.mjs'), ...process.argv.slice(2)], {
  cwd: root,
  env: { ...process.env, NODE_COMPILE_CACHE: join(root, '.tap/compile-cache') },
  stdio: 'inherit',
})
const [code, signal] = (await once(tap, 'close')) as [number | null, NodeJS.Signals | null]
if (code !== 0) report()
process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1)

function report(): void {
  const files = globSync('**/*.tap', { cwd: results })
    .filter((file) => statSync(join(results, file)).mtimeMs >= startedAt)
    .toSorted()
  const failures = files.flatMap((file) =>
    failuresIn(readFileSync(join(results, file), 'utf8')).map(
      (failure) => `  ${file.slice(0, -'.tap'.length)}: ${failure}`,
    ),
  )
  console.error(`\nFailed (${failures.length}):\n${failures.join('\n')}`)
}
