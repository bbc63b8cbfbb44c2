// What the documentation shows runs: every TypeScript block of the README and the guides, as a program of its own. A
// block whose first line is `// name.ts` is a file that the others import. So does every example of a docstring, in a
// module of its own. References are complete.

import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { tableFromArrays, tableToIPC } from 'apache-arrow'
import { Table, writeParquet } from 'parquet-wasm'
import { test } from 'tap'
import { closureCodes, closureWireCodes } from '../runtime/codec/closure/errors.ts'
import { programOf, runExamples } from './documentation/examples.ts'
import { publicExports } from './documentation/exports.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const guides = (await readdir(join(root, 'docs/guide'))).map((name) => `docs/guide/${name}`)

/** The TypeScript blocks of a page, by the line they begin at. */
async function blocksOf(page: string): Promise<ReadonlyMap<number, string>> {
  const text = await readFile(join(root, page), 'utf8')
  const blocks = new Map<number, string>()
  for (const match of text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)) {
    blocks.set(text.slice(0, match.index).split('\n').length, match[1] ?? '')
  }
  return blocks
}

/** A directory within the package, so that it is imported by its own name, with the files that pages speak of. */
async function makeDirectory(): Promise<string> {
  const directory = await mkdtemp(join(root, 'test/.docs-'))
  const sales = tableFromArrays({ region: ['north', 'south', 'north'], net: Float64Array.from([10, 20, -1]) })
  await writeFile(join(directory, 'sales.parquet'), writeParquet(Table.fromIPCStream(tableToIPC(sales, 'stream'))))
  return directory
}

const pages = ['README.md', ...guides]

/** Writes the blocks of a page into a directory, each into a file of its own. */
async function writeBlocks(page: string, directory: string): Promise<ReadonlyMap<number, string>> {
  const blocks = await blocksOf(page)
  for (const [line, code] of blocks) {
    const name = /^\/\/ ([\w-]+\.ts)\n/.exec(code)?.[1]
    await writeFile(join(directory, name ?? `line-${line}.ts`), code)
  }
  return blocks
}

for (const page of pages) {
  test(`every block of ${page} runs`, { timeout: 600_000 }, async (t) => {
    const directory = await makeDirectory()
    t.teardown(() => rm(directory, { recursive: true }))
    const blocks = await writeBlocks(page, directory)
    for (const [line, code] of blocks) {
      if (/^\/\/ [\w-]+\.ts\n/.test(code)) continue
      const args = ['--disable-warning=ExperimentalWarning', `line-${line}.ts`]
      const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: directory, timeout: 240_000 })
      // A comment behind console.log says what is printed.
      const promised = [...code.matchAll(/^.*console\.log\(.*\) \/\/ (.+)$/gm)].map(([, text]) => text)
      for (const text of promised) t.ok(stdout.includes(`${text}\n`), `line ${line} prints ${text}: ${stdout}`)
      t.pass(`line ${line} runs`)
    }
  })
}

const programs = new Map(
  ['runtime/index.ts', 'api/index.ts', 'api/client/index.ts'].flatMap((entryPoint) =>
    publicExports(join(root, entryPoint)).flatMap(({ name, docstring }) =>
      (docstring?.examples ?? []).map((example, i) => [`${name}-${i + 1}.ts`, programOf(example)] as const),
    ),
  ),
)

test('every example of a docstring runs, and what it says comes out', async (t) => {
  const directory = await makeDirectory()
  t.teardown(() => rm(directory, { recursive: true }))
  const makesProcesses = (code: string): boolean => /\b(WorkerPool|buildServer|volleyPlugin)\b/.test(code)
  const [alone, withWorkers] = [false, true].map(
    (forks) => new Map([...programs].filter(([, code]) => makesProcesses(code) === forks)),
  )
  // Sessions of a worker process compute in it: most examples need no workers of their own to show what they show.
  const outcomes = [
    ...(await runExamples(directory, alone ?? new Map(), { VOLLEY_WORKER: '1' })),
    ...(await runExamples(directory, withWorkers ?? new Map())),
  ]
  t.equal(outcomes.length, programs.size)
  for (const { file, error } of outcomes) t.equal(error, undefined, `${basename(file)} ${error ?? 'runs'}`)
})

test('every example of a docstring and every block of a page is typed', async (t) => {
  const directory = await makeDirectory()
  t.teardown(() => rm(directory, { recursive: true }))
  await Promise.all([...programs].map(([name, code]) => writeFile(join(directory, name), code)))
  for (const page of pages) {
    await mkdir(join(directory, basename(page, '.md')))
    await writeBlocks(page, join(directory, basename(page, '.md')))
  }
  const config = {
    extends: '../../tsconfig.json',
    compilerOptions: { noUnusedLocals: false, noUnusedParameters: false },
    include: ['**/*.ts'],
  }
  await writeFile(join(directory, 'tsconfig.json'), JSON.stringify(config))
  const compiler = join(root, 'node_modules/typescript/lib/tsc.js')
  const compiled = promisify(execFile)(process.execPath, [compiler, '--pretty', 'false'], { cwd: directory })
  const { stdout, stderr } = await compiled.catch(
    (failed: { readonly stdout: string; readonly stderr: string }) => failed,
  )
  t.equal(stdout + stderr, '')
})

test('every code of shipping is explained in docs/reference/shipping-errors.md, and no other', async (t) => {
  const page = await readFile(join(root, 'docs/reference/shipping-errors.md'), 'utf8')
  const explained = [...page.matchAll(/^\| <a id="(\w+)"><\/a>`\1` *\| (.*?) *\| .+ \|$/gm)]
  const codes = { ...closureCodes, ...closureWireCodes }
  t.strictSame(Object.fromEntries(explained.map(([, code, meaning]) => [code, meaning])), codes)
})

test('pages link to files that exist', async (t) => {
  const pages = ['README.md', 'docs/index.md', 'docs/security.md', 'docs/reference/wire.md', ...guides]
  for (const page of pages) {
    const text = await readFile(join(root, page), 'utf8')
    for (const [, target = ''] of text.matchAll(/\]\((?!https?:)([^)#]+)/g)) {
      const path = fileURLToPath(new URL(target, new URL(page, new URL('..', import.meta.url))))
      await t.resolves(
        readdir(path).catch(() => readFile(path)),
        `${page}: ${target}`,
      )
    }
  }
})
