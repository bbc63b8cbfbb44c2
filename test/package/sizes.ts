// How large the package is beside others that do part of its work: `node test/package/sizes.ts` packs it, installs each into
// an empty project, and prints a table in Markdown. It needs a registry or a filled npm cache.

import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Project, Workshop } from './projects.ts'

interface Packed {
  readonly size: number
  readonly unpackedSize: number
  readonly entryCount: number
}

/** The bytes of all files below a directory. */
function bytesIn(directory: string): number {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)
}

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`

/** A row of the table: what is packed, and what an install of it and its dependencies brings. */
async function measure(workshop: Workshop, [name, ...packages]: readonly [string, ...string[]]): Promise<string> {
  const project = new Project(workshop.path(name.replaceAll(/\W/g, '-')))
  const packed = JSON.parse(await project.run('npm', ['pack', '--dry-run', '--json', packages[0] ?? ''])) as object
  const [{ size, unpackedSize, entryCount }] = Object.values(packed) as [Packed]
  await project.install(packages)
  const lock = await project.run('npm', ['ls', '--all', '--parseable'])
  const count = new Set(lock.trim().split('\n')).size - 1
  const installed = mebibytes(bytesIn(project.path('node_modules')))
  return `| ${name} | ${mebibytes(size)} | ${mebibytes(unpackedSize)} | ${entryCount} | ${installed} | ${count} |`
}

using workshop = new Workshop()
const tarball = await workshop.pack()
console.log('| installed | packed | unpacked | files | with dependencies | packages |')
console.log('| --- | --: | --: | --: | --: | --: |')
for (const row of [
  ['volley and apache-arrow', tarball, 'apache-arrow'],
  ['volley, apache-arrow, fastify', tarball, 'apache-arrow', 'fastify'],
  ['piscina', 'piscina'],
  ['nodejs-polars', 'nodejs-polars'],
  ['@duckdb/node-api', '@duckdb/node-api'],
] as const) {
  console.log(await measure(workshop, row))
}
