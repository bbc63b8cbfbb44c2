// Packs the package and uses it as its users do: `npm run test:package`, or `npm run test:package -- esbuild Jest` for the
// cases whose names contain a word. Ends with a summary that names what failed. It needs a registry or a filled npm cache, and
// takes minutes: it is not part of `npm test`.

import { cases, kinds } from './cases.ts'
import { Project, Workshop } from './projects.ts'

const words = process.argv.slice(2).map((word) => word.toLowerCase())
const chosen = cases.filter(({ name }) => words.length === 0 || words.some((word) => name.toLowerCase().includes(word)))
if (chosen.length === 0) throw new RangeError(`Cannot run any case: none has ${words.join(' or ')} in its name`)

using workshop = new Workshop()
const tarball = await workshop.pack()
const failed = new Map<string, string>()
let skipped = 0

for (const kind of Object.keys(kinds) as (keyof typeof kinds)[]) {
  const ofKind = chosen.filter((one) => one.kind === kind)
  if (ofKind.length === 0) continue
  const project = new Project(workshop.path(kind))
  await project.install([tarball, ...kinds[kind]])
  for (const { name, run, skip } of ofKind) {
    const reason = skip?.()
    if (reason !== undefined) {
      skipped += 1
      console.log(`skipped  ${name}: ${reason}`)
      continue
    }
    try {
      await run(project, tarball)
      console.log(`ok       ${name}`)
    } catch (error) {
      failed.set(name, error instanceof Error ? error.message : String(error))
      console.log(`FAILED   ${name}`)
    }
  }
}

for (const [name, message] of failed) console.error(`\n--- ${name}\n${message}`)
console.log(`\n${chosen.length - failed.size - skipped} of ${chosen.length} passed, ${skipped} skipped`)
if (failed.size > 0) console.log(`failed: ${[...failed.keys()].join('; ')}`)
process.exitCode = failed.size > 0 ? 1 : 0
