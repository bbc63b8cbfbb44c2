// What is generated from the catalogue is as the catalogue would have it.

import { readFile } from 'node:fs/promises'
import t from 'tap'
import { namesModule, referencePage } from '../../functions/catalogue/reference.ts'

t.setTimeout(120_000)

const read = (path: string): Promise<string> => readFile(new URL(`../../${path}`, import.meta.url), 'utf8')

t.test('docs/reference/functions.md is what npm run generate writes', async (t) => {
  t.equal(await read('docs/reference/functions.md'), referencePage())
})

t.test('functions/catalogue/builder-names.ts is what npm run generate writes', async (t) => {
  t.equal(await read('functions/catalogue/builder-names.ts'), namesModule())
})
