// The lasting results: results.json for machines, and docs/performance.md, whose tables are made from it.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { performanceTables } from './markdown.ts'
import type { BenchResults, MeasuredWorkload } from './results.ts'

const resultsFile = new URL('../results.json', import.meta.url)
const page = new URL('../../../docs/performance.md', import.meta.url)
const peers = ['@duckdb/node-api', 'nodejs-polars', 'arquero', 'apache-arrow']

/** Writes both files. Workloads that were not taken this time keep their last results, in the given order. */
export function writeResults(taken: readonly MeasuredWorkload[], order: readonly string[], rows: number): void {
  const known = existsSync(resultsFile) ? (JSON.parse(readFileSync(resultsFile, 'utf8')) as BenchResults).workloads : []
  const byName = new Map([...known, ...taken].map((workload) => [workload.name, workload]))
  const results: BenchResults = {
    date: new Date().toISOString().slice(0, 10),
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: availableParallelism(),
      platform: `${process.platform} ${process.arch}`,
    },
    versions: { node: process.versions.node, ...Object.fromEntries(peers.map((name) => [name, versionOf(name)])) },
    rows,
    workloads: order.map((name) => byName.get(name)).filter((workload) => workload !== undefined),
  }
  writeFileSync(resultsFile, `${JSON.stringify(results, undefined, 2)}\n`)
  writePage(results)
}

const begin = '<!-- bench:begin -->'
const end = '<!-- bench:end -->'

/** Replaces what stands between the markers; the rest of the page is written by hand. */
function writePage(results: BenchResults): void {
  const text = readFileSync(page, 'utf8')
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from === -1 || to === -1) throw new Error(`${page.pathname} has no ${begin} … ${end}`)
  const tables = performanceTables(results, text.slice(from, to))
  writeFileSync(page, `${text.slice(0, from)}${begin}\n\n${tables}\n${text.slice(to)}`)
}

function versionOf(name: string): string {
  const file = new URL(`../../../node_modules/${name}/package.json`, import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}
