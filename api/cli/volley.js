#!/usr/bin/env node
// Looks at Node before anything that only a new one can read is loaded. Plain JavaScript that old versions run.

import { setFlagsFromString } from 'node:v8'

const major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  process.stderr.write(
    `volley needs Node 24 or newer, this is ${process.version}: install it, or in a checkout run "npx volley"\n`,
  )
  process.exitCode = 2
} else {
  // Results go by in large buffers behind tiny objects. A young generation that grows lets hundreds of them wait for
  // their collection; one that stays small keeps the process about 50 MB smaller. To be said before anything is loaded.
  setFlagsFromString('--semi-space-growth-factor=1')
  const { main } = await import('./main.ts')
  await main(process.argv.slice(2))
}
