// Runs around `npm pack` and `npm publish`, which take `package.json` as it lies there: puts the published manifest in its
// place and the checkout's back afterwards. npm reads it again after `prepack`.
//
//   node release/pack-manifest.ts publish   before packing
//   node release/pack-manifest.ts restore   after it; does nothing where nothing was put aside

import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Manifest, publishedManifest } from './manifest.ts'

const file = fileURLToPath(new URL('../package.json', import.meta.url))
const aside = fileURLToPath(new URL('../package.checkout.json', import.meta.url))

function restore(): void {
  if (existsSync(aside)) renameSync(aside, file)
}

function publish(): void {
  const text = readFileSync(file, 'utf8')
  writeFileSync(aside, text)
  writeFileSync(file, `${JSON.stringify(publishedManifest(JSON.parse(text) as Manifest), undefined, 2)}\n`)
}

const [action] = process.argv.slice(2)
if (action === 'publish') publish()
else if (action === 'restore') restore()
else throw new TypeError('Cannot change the manifest: say publish or restore')
