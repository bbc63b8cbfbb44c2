// Writes what is generated from the catalogue: docs/reference/functions.md and functions/catalogue/builder-names.ts.
// Run it with `npm run generate` after a built-in was added or its documentation changed.

import { writeFile } from 'node:fs/promises'
import { namesModule, referencePage } from '../functions/catalogue/reference.ts'

await writeFile(new URL('reference/functions.md', import.meta.url), referencePage())
await writeFile(new URL('../functions/catalogue/builder-names.ts', import.meta.url), namesModule())
