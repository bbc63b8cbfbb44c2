import { type ForkOptions, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BuildOptions, build } from 'esbuild'
// @ts-expect-error -- the package has no types
import { createInstrumenter } from 'istanbul-lib-instrument'
import t from 'tap'
import { startReviver } from './fixtures/ship.ts'

// Case 66: the same program under native type stripping, tsx, esbuild and a coverage tool ships the same closures.

t.setTimeout(240_000)
const reviver = startReviver()
t.teardown(() => reviver.close())

const sender = fileURLToPath(new URL('fixtures/sender.ts', import.meta.url))
const expected = {
  values: [1.5, [1, 2], 0, 3],
  recursion: [true, false],
  classes: ['counter 3', 'LOUD 6', 4],
  imports: [6, 'a/b'],
  names: ['helper', 'Loud'],
  generators: [0, 1.5, 3],
}

t.test('captureClosure() works under native type stripping', async (t) => {
  t.strictSame(await runSender(sender), expected)
})

t.test('captureClosure() works under tsx', async (t) => {
  t.strictSame(await runSender(sender, { execArgv: ['--import', 'tsx'] }), expected)
})

t.test('captureClosure() works in a bundle that keeps names', async (t) => {
  const bundle = await bundleSender(t.testdir(), { keepNames: true, minify: true })
  t.match(readFileSync(bundle, 'utf8'), /\bname",\{value:/, 'the bundle has the helper that sets names')
  t.strictSame(await runSender(bundle), expected)
})

t.test('captureClosure() works in a minified bundle, in which names are lost', async (t) => {
  const bundle = await bundleSender(t.testdir(), { minify: true })
  const results = await runSender(bundle)
  t.notSame(results.names, expected.names)
  t.strictSame({ ...results, names: expected.names }, expected)
})

t.test('captureClosure() works in a CommonJS bundle', async (t) => {
  t.strictSame(
    await runSender(await bundleSender(t.testdir(), { format: 'cjs', outExtension: { '.js': '.cjs' } })),
    expected,
  )
})

t.test('captureClosure() works in code that a coverage tool has instrumented', async (t) => {
  const script = join(t.testdir(), 'sender.mjs')
  const code = stripTypeScriptTypes(readFileSync(sender, 'utf8')).replace(
    /from '(\.[^']+)'/g,
    (_match, specifier) => `from '${new URL(specifier, `file://${sender}`)}'`,
  )
  writeFileSync(script, createInstrumenter({ esModules: true }).instrumentSync(code, script))
  const results = await runSender(script)
  t.strictSame(results, expected)
})

async function runSender(script: string, options: ForkOptions = {}): Promise<Record<string, unknown>> {
  const child = fork(script, { serialization: 'advanced', execArgv: [], ...options })
  const exit = once(child, 'exit')
  const [payloads] = (await Promise.race([
    once(child, 'message'),
    exit.then(([code]) => Promise.reject(new Error(`the sender ended with code ${code}`))),
  ])) as [Record<string, Uint8Array>]
  await exit
  const results = Object.entries(payloads).map(async ([name, bytes]) => [name, await reviver.callBytes(bytes)])
  return Object.fromEntries(await Promise.all(results))
}

async function bundleSender(directory: string, options: BuildOptions): Promise<string> {
  const banner = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`
  const isCommonJs = options.format === 'cjs'
  const { outputFiles = [] } = await build({
    entryPoints: [sender],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outdir: directory,
    outExtension: { '.js': '.mjs' },
    write: true,
    logLevel: 'silent',
    ...(isCommonJs ? {} : { banner: { js: banner } }),
    ...options,
  })
  t.equal(outputFiles.length, 0)
  return join(directory, isCommonJs ? 'sender.cjs' : 'sender.mjs')
}
