// Stacks of what a function throws in a worker name the lines of the source, whichever compiler came before.

import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type BuildOptions, build } from 'esbuild'
import t from 'tap'

t.setTimeout(240_000)

const source = fileURLToPath(new URL('../fixtures/positions/throws.ts', import.meta.url))

async function linesOf(...args: readonly string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', ...args])
  return JSON.parse(stdout)
}

async function bundled(directory: string, options: BuildOptions): Promise<string> {
  const outfile = join(directory, 'bundle.mjs')
  const common = { bundle: true, format: 'esm', platform: 'node', packages: 'external' } as const
  await build({ entryPoints: [source], outfile, ...common, ...options })
  return outfile
}

const lines = ['throws.ts:18', 'throws.ts:26']

t.test('under native type stripping', async (t) => {
  t.strictSame(await linesOf(source), lines)
})

t.test('under tsx, which leaves no line breaks', async (t) => {
  t.strictSame(await linesOf('--import', 'tsx', source), lines)
})

t.test('in a bundle with its map inside', async (t) => {
  t.strictSame(await linesOf(await bundled(t.testdir(), { sourcemap: 'inline' })), lines)
})

t.test('in a minified bundle with its map beside it', async (t) => {
  t.strictSame(await linesOf(await bundled(t.testdir(), { sourcemap: 'linked', minify: true })), lines)
})
