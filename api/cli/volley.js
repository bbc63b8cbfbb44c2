#!/usr/bin/env node
// Looks at Node before anything that only a new one can read is loaded. Plain JavaScript that old versions run.

const major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  process.stderr.write(
    `volley needs Node 24 or newer, this is ${process.version}: install it, or in a checkout run "npx volley"\n`,
  )
  process.exitCode = 2
} else {
  const { main } = await import('./main.ts')
  await main(process.argv.slice(2))
}
