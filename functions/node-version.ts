// Refuses old versions of Node with words, before anything runs into what they lack. Each of the package's entry points
// imports it first. All modules are linked before the first one runs, so what an entry point imports statically may import
// by name only what Node 18 has: `import * as crypto from 'node:crypto'`, then `crypto.hash`.

const needed = 24
const version = process.versions.node

if (Number.parseInt(version, 10) < needed) {
  throw new Error(`volley needs Node ${needed} or newer, and this is ${version}: install it from https://nodejs.org`)
}
