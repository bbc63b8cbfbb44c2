// Everything of a release but the release: `npm run release`. Checks that the tree is clean and the version has its entry in
// the changelog, then tests and has npm say what it would publish. Publishing itself is left to a workflow that can prove
// where the package was built: `npm publish --provenance`.

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

const show = (file: string, ...args: readonly string[]): string =>
  execFileSync(file, args, { cwd: root, encoding: 'utf8' })
const run = (file: string, ...args: readonly string[]): void =>
  void execFileSync(file, args, { cwd: root, stdio: 'inherit' })

const { version } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as { readonly version: string }
const entry = new RegExp(`^## ${version.replaceAll('.', '\\.')} – (.+)$`, 'm').exec(
  readFileSync(`${root}/CHANGELOG.md`, 'utf8'),
)

if (show('git', 'status', '--porcelain') !== '')
  throw new Error('Cannot release: there are changes that are not committed')
if (entry === null) throw new Error(`Cannot release: CHANGELOG.md has no entry "## ${version} – date"`)
if (!/^\d{4}-\d\d-\d\d$/.test(entry[1] ?? ''))
  throw new Error(`Cannot release: the entry of ${version} in CHANGELOG.md has no date`)
if (show('git', 'tag', '--list', `v${version}`) !== '')
  throw new Error(`Cannot release: there is a tag v${version} already`)

run('npm', 'run', 'check')
run('npm', 'test')
run('npm', 'run', 'test:package')
run('npm', 'publish', '--dry-run')
console.log(
  `\n${version} can be released: git tag v${version}, push it, and npm publish --provenance where it is built`,
)
