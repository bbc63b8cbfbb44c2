// The licences of the packages whose code is part of ours, as most of them ask for.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * @param root - The directory that holds `node_modules`.
 * @param inputs - Files that were bundled, relative to the root.
 */
export function noticesOf(root: string, inputs: readonly string[]): string {
  const packages = inputs.flatMap((input) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(input)?.[0] ?? [])
  const notices = [...new Set(packages)].toSorted().map((directory) => noticeOf(join(root, directory)))
  return `Parts of these packages are in the files of dist/worker and dist/bundled.\n\n${notices.join('\n\n')}\n`
}

function noticeOf(directory: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
  const files = readdirSync(directory).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file))
  const texts = files.map((file) => readFileSync(join(directory, file), 'utf8').trim())
  return [`## ${name} ${version} (${license})`, ...texts].join('\n\n')
}
