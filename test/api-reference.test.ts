// The API reference is what the docstrings say now, has every public name once, and its links lead somewhere.

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { writeApiReference } from '../docs/api-reference.ts'
import { publicExports } from './documentation/exports.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const reference = join(root, 'docs/reference/api')

/** The texts of the pages in a directory, by name. */
async function pagesIn(directory: string): Promise<Readonly<Record<string, string>>> {
  const names = (await readdir(directory)).toSorted()
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(directory, name), 'utf8')] as const)),
  )
}

const namesOf = (file: string): readonly string[] =>
  publicExports(file).flatMap(({ name, kind }) => (kind === 'value' || kind === 'type' ? [name] : []))

t.test('docs/reference/api/ is what npm run generate writes', { timeout: 120_000 }, async (t) => {
  const written = t.testdir({})
  await writeApiReference(written)
  const [expected, found] = await Promise.all([pagesIn(written), pagesIn(reference)])
  t.strictSame(Object.keys(found), Object.keys(expected))
  for (const [name, text] of Object.entries(expected)) t.equal(found[name], text, `${name} is up to date`)
})

t.test('every public name is on one page of the reference', async (t) => {
  const subjects = (await readdir(join(root, 'docs/subjects'))).filter((name) => name.endsWith('.ts'))
  const shown = subjects.flatMap((name) => namesOf(join(root, 'docs/subjects', name)))
  const doors = ['runtime/index.ts', 'api/index.ts', 'api/client/index.ts']
  const names = doors.flatMap((door) => namesOf(join(root, door)))
  t.strictSame(shown.toSorted(), names.toSorted(), 'a name that is missing belongs into a file of docs/subjects/')
})

/** The anchors of a page, as GitHub makes them of headings, and those that it sets itself. */
function anchorsOf(page: string): Set<string> {
  const anchors = new Set(['', ...page.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id))
  const counts = new Map<string, number>()
  for (const [, heading = ''] of page.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/^#+ (.*)$/gm)) {
    const slug = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-')
    const count = counts.get(slug) ?? 0
    counts.set(slug, count + 1)
    anchors.add(count === 0 ? slug : `${slug}-${count}`)
  }
  return anchors
}

t.test('links of the reference lead to headings that there are', async (t) => {
  const pages = await pagesIn(reference)
  const targets = new Map(Object.entries(pages).map(([name, page]) => [name, anchorsOf(page)]))
  for (const [name, page] of Object.entries(pages)) {
    const links = new Set([...page.matchAll(/\]\(((?!https?:)[^)\s]+)\)/g)].map(([, link = '']) => link))
    const broken: string[] = []
    for (const link of links) {
      const [path, anchor] = link.split('#')
      const target = path || name
      if (!targets.has(target)) {
        const text = await readFile(join(reference, target), 'utf8').catch(() => undefined)
        targets.set(target, text === undefined ? new Set() : anchorsOf(text))
      }
      if (targets.get(target)?.has(anchor ?? '') !== true) broken.push(link)
    }
    t.strictSame(broken, [], `${name} has no broken link`)
  }
})
