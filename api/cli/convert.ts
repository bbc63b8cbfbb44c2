// `volley convert IN OUT`: the rows of files in another format.

import { inputSource } from './input-files.ts'
import { withLocalSession } from './local-session.ts'
import { outputFor } from './output.ts'
import type { RunOptions } from './run.ts'
import { runInto } from './write-result.ts'

/** The action of `volley convert`. */
export async function convert(from: string, to: string, options: RunOptions): Promise<void> {
  const output = await outputFor({ ...options, out: to })
  await withLocalSession(options, async (local) => {
    const source = await inputSource(from, options, local.runOptions.signal)
    await runInto(output, { source, steps: [] }, local)
  })
}
