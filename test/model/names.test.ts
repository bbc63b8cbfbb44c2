// The tables of docs/guide/from-datafusion-python.md: no name of the model is missing, and no name of ours is invented.

import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import * as volley from 'volley'
import { publicExports } from '../documentation/exports.ts'
import { deviates, listedExamples } from './model.ts'

t.setTimeout(240_000)

const rootPath = (path: string): URL => new URL(`../../${path}`, import.meta.url)
const read = (path: string): string => readFileSync(rootPath(path), 'utf8')

const rows = read('docs/guide/from-datafusion-python.md')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').slice(1))

const inBackticks = (cell = ''): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)

t.test('every name of the model stands in the tables', (t) => {
  const theirs = rows.flatMap(([cell]) => inBackticks(cell))
  const names = read('test/model/names.txt')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  t.strictSame(
    names.filter((name) => !theirs.includes(name)),
    [],
  )
  t.end()
})

t.test('every name of ours in the tables exists', (t) => {
  const owners: Readonly<Record<string, object>> = {
    expr: volley.Expr.prototype,
    Expr: volley.Expr,
    df: volley.DataFrame.prototype,
    DataFrame: volley.DataFrame,
    ctx: volley.SessionContext.prototype,
    SessionContext: volley.SessionContext,
    pool: volley.WorkerPool.prototype,
    WorkerPool: volley.WorkerPool,
    process,
    Promise,
  }
  const exported = new Set(publicExports(rootPath('runtime/index.ts').pathname).map(({ name }) => name))
  const options = read('runtime/pool/options.ts') + read('runtime/backend.ts')
  const exists = (code: string): boolean => {
    if (code === 'await' || code.startsWith('devalue.')) return true
    const [owner = '', member] = code.split('.')
    if (member === undefined) return exported.has(code) || options.includes(`readonly ${code}?:`)
    return Object.hasOwn(owners, owner) && member in (owners[owner] ?? {})
  }
  t.strictSame(
    rows.flatMap(([, cell]) => inBackticks(cell)).filter((code) => !exists(code)),
    [],
  )
  t.end()
})

t.test('every example of the model is one of ours, which names it, or a deviation', (t) => {
  const names = readdirSync(rootPath('examples')).filter((name) => name.endsWith('.ts'))
  const ours = names.map((name) => read(`examples/${name}`)).join()
  t.strictSame(
    listedExamples.filter((path) => !ours.includes(path) && !deviates(path)),
    [],
  )
  t.end()
})
