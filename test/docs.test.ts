// What the documentation shows runs: every TypeScript block of the README and the guides, as a program of its own. A
// block whose first line is `// name.ts` is a file that the others import. References are complete.

import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { tableFromArrays, tableToIPC } from 'apache-arrow'
import { Table, writeParquet } from 'parquet-wasm'
import { test } from 'tap'
import { closureCodes, closureWireCodes } from '../runtime/codec/closure/errors.ts'

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

for (const page of ['README.md', ...guides]) {
  test(`every block of ${page} runs`, { timeout: 120_000 }, async (t) => {
    const directory = await makeDirectory()
    t.teardown(() => rm(directory, { recursive: true }))
    const blocks = await blocksOf(page)
    for (const [line, code] of blocks) {
      const name = /^\/\/ ([\w-]+\.ts)\n/.exec(code)?.[1]
      await writeFile(join(directory, name ?? `line-${line}.ts`), code)
    }
    for (const [line, code] of blocks) {
      if (/^\/\/ [\w-]+\.ts\n/.test(code)) continue
      const args = ['--disable-warning=ExperimentalWarning', `line-${line}.ts`]
      const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: directory, timeout: 30_000 })
      // A comment behind console.log says what is printed.
      const promised = [...code.matchAll(/^.*console\.log\(.*\) \/\/ (.+)$/gm)].map(([, text]) => text)
      for (const text of promised) t.ok(stdout.includes(`${text}\n`), `line ${line} prints ${text}: ${stdout}`)
      t.pass(`line ${line} runs`)
    }
  })
}

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
