// Writes what is generated: docs/reference/functions.md and functions/catalogue/builder-names.ts from the catalogue,
// docs/reference/configuration.md from the settings, api/pages/problem-texts.ts from docs/reference/errors.md, docs/reference/metrics.md from the metrics, docs/reference/api/ from the docstrings of all public names. Run it with `npm run generate` after any of them changed.

import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { configurationPage } from '../api/config/reference.ts'
import { metricsPage } from '../api/metrics/reference.ts'
import { namesModule, referencePage } from '../functions/catalogue/reference.ts'
import { writeApiReference } from './api-reference.ts'
import { problemTextsModule } from './problem-texts.ts'

await writeFile(new URL('reference/functions.md', import.meta.url), referencePage())
await writeFile(new URL('../functions/catalogue/builder-names.ts', import.meta.url), namesModule())
await writeFile(new URL('reference/configuration.md', import.meta.url), configurationPage())
await writeFile(new URL('reference/metrics.md', import.meta.url), metricsPage())
const errorsPage = await readFile(new URL('reference/errors.md', import.meta.url), 'utf8')
await writeFile(new URL('../api/pages/problem-texts.ts', import.meta.url), problemTextsModule(errorsPage))
await writeApiReference(fileURLToPath(new URL('reference/api', import.meta.url)))
