// The readers of Parquet and Arrow under mutated files of every type, for a moment; `npm run fuzz` goes on for longer.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { fileSubjects, fuzzFiles, readEverything } from '../../fuzz/fuzz-files.ts'

test('files that were not changed are read', { timeout: 240_000 }, async (t) => {
  for (const subject of fileSubjects) {
    const path = join(t.testdir({}), `a.${subject.kind}`)
    writeFileSync(path, subject.bytes)
    await t.resolves(readEverything(subject, path), subject.name)
  }
})

test('mutated files are read or refused with a code, and give no bytes but their own', {
  timeout: 240_000,
}, async (t) => {
  const { rounds, codes, failures } = await fuzzFiles(1, 250, 4000)
  t.strictSame(failures, [])
  t.ok(rounds > 20, `${rounds} rounds`)
  t.ok(codes.has('source_unreadable'))
})
