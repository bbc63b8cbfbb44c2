// The words that docs/reference/glossary.md bans stand in no name of api/, functions/ and runtime/. A word in the table's
// last column is banned everywhere, or in the folders that its cell names; singular and plural are one word.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { createVirtualFileSystem } from 'typescript/unstable/fs'
import { type DeclaredName, declaredNames } from './declared-names.ts'

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')

interface Ban {
  /** What to say instead. */
  readonly term: string
  /** One word, or several that follow each other, as `read-ahead` does. */
  readonly words: readonly string[]
  /** Where; everywhere when there is none. */
  readonly folders: readonly string[]
}

/** The bans of a table with the columns Term, What it means here, Source and Not. */
function bansOf(markdown: string): Ban[] {
  const rows = markdown.split('\n').filter((line) => line.startsWith('| ') && !/^\| (Term|---)/.test(line))
  return rows.flatMap((row) => {
    const cells = row.split('|').map((cell) => cell.trim())
    const [, term = '', , , not = ''] = cells
    const [, list = '', scope = ''] = /^([a-z, -]*?)\s*(?:\(in ((?:`[a-z/-]+`(?:, )?)+)\))?$/.exec(not) ?? []
    if (cells.length !== 6 || (not !== '' && list === ''))
      throw new Error(`Cannot read this row of the glossary: ${row}`)
    const folders = [...scope.matchAll(/`([^`]+)`/g)].map(([, folder = '']) => folder)
    return list === '' ? [] : list.split(', ').map((word) => ({ term, words: wordsOf(word), folders }))
  })
}

/** `readAhead`, `READ_AHEAD` and `read-ahead` are read, ahead. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase())
}

const isWord = (word: string | undefined, banned: string): boolean =>
  [banned, `${banned}s`, `${banned}es`, banned.replace(/y$/, 'ies')].some((form) => form === word)

const holds = (words: readonly string[], banned: readonly string[]): boolean =>
  words.some((_, start) => banned.every((word, i) => isWord(words[start + i], word)))

/** A line for each name with a banned word. */
function violations(names: readonly DeclaredName[], bans: readonly Ban[]): string[] {
  return names.flatMap(({ name, file, line }) => {
    const words = wordsOf(name)
    return bans
      .filter(({ folders }) => folders.length === 0 || folders.some((folder) => file.startsWith(folder)))
      .filter((ban) => holds(words, ban.words))
      .map((ban) => `${file}:${line} ${name}: not "${ban.words.join('-')}", but ${ban.term}`)
  })
}

const bans = bansOf(readFileSync(join(root, 'docs/reference/glossary.md'), 'utf8'))

t.test('the glossary bans every word that another one replaced', async (t) => {
  const replaced = `deal dealt share number restore home spool ledger enough origin satisfied feed lane read-ahead ladder
    delivery supply part door material late pick place target loan lend form variant settle reader read reading together`
  const banned = new Set(bans.map(({ words }) => words.join('-')))
  t.strictSame(
    replaced.split(/\s+/).filter((word) => !banned.has(word)),
    [],
  )
})

t.test('a banned word is banned in folders that there are', async (t) => {
  const missing = bans.flatMap(({ folders }) => folders).filter((folder) => !existsSync(join(root, folder)))
  t.strictSame(missing, [])
})

t.test('no name in api/, functions/ and runtime/ holds a banned word', async (t) => {
  const names = declaredNames(root)
  t.ok(names.length > 20_000, `${names.length} names`)
  t.strictSame(violations(names, bans), [])
})

t.test('violations() finds banned words in every kind of declared name, and nowhere else', async (t) => {
  const table = `
| Term | What it means here | Source | Not |
| --- | --- | --- | --- |
| prefetch queue | chunks read before their consumer asks | | lane, read-ahead |
| missing artifacts | what a worker lacks | | supply |
| partition index | the number of a partition | DataFusion | origin (in \`runtime/plan/\`, \`runtime/pool/\`) |
| job | what a user submits | Spark | |
`
  const source = `import { laneOf, other as lane } from 'somewhere'
/** A lane in a comment. */
const text = 'lane' + \`lane \${laneOf()}\` + /lane/.source
export class FastLane<Lane> { #lanes = 1; readAhead(): number { return this.#lanes + READ_AHEAD } }
interface Planes { readonly supplies: number; LaneOf(origin: string): void }
const { origin: renamed, supply } = { origin: lane, ['lane']: Planets }
for (const [lane2, READ_AHEAD_BYTES] of text.lanes) explain(lane2)
`
  const files = {
    '/sample/tsconfig.json': '',
    '/sample/runtime/pool/source.ts': source,
    '/sample/runtime/lanes/origin.ts': 'export const origin = 1',
    '/sample/test/lane.ts': 'export const lane = 1',
  }
  const found = violations(declaredNames('/sample', createVirtualFileSystem(files)), bansOf(table))
  t.strictSame(
    found.map((line) => line.replace(/: not.*/, '')).toSorted(),
    [
      'runtime/lanes/origin.ts:0 lanes',
      'runtime/pool/source.ts:1 lane',
      'runtime/pool/source.ts:4 #lanes',
      'runtime/pool/source.ts:4 FastLane',
      'runtime/pool/source.ts:4 Lane',
      'runtime/pool/source.ts:4 readAhead',
      'runtime/pool/source.ts:5 LaneOf',
      'runtime/pool/source.ts:5 origin',
      'runtime/pool/source.ts:5 supplies',
      'runtime/pool/source.ts:6 origin',
      'runtime/pool/source.ts:6 supply',
      'runtime/pool/source.ts:7 READ_AHEAD_BYTES',
    ].toSorted(),
  )
  t.ok(found.includes('runtime/pool/source.ts:5 supplies: not "supply", but missing artifacts'))
})

t.test('a row that is not read as a ban is refused', async (t) => {
  const row = (not: string): string => `| job | what a user submits | Spark | ${not} |`
  for (const not of ['lane (in runtime/)', 'lane; supply', 'Lane', '`lane`']) {
    t.throws(() => bansOf(row(not)), { message: /^Cannot read this row of the glossary/ }, not)
  }
})
