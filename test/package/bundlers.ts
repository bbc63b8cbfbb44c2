// How each bundler makes a directory of a program of `apps/` and the package. Configurations are those of the guide, so that what it
// recommends is what runs here.

import { readFileSync, writeFileSync } from 'node:fs'
import type { Project } from './projects.ts'

export interface Bundler {
  readonly name: string
  /** Makes the file, and what belongs to it, in the file's directory. */
  bundle(project: Project): Promise<void>
  /** The main file of what it writes, in a directory of its own below the project. */
  readonly file: string
  /** What the program is. */
  readonly app: 'job' | 'service'
  /** Whether the package stays out of the bundle. */
  readonly outside?: boolean
}

const guide = readFileSync(new URL('../../docs/guide/bundling.md', import.meta.url), 'utf8')

/** The block of the guide that is a file of this name. */
function recipe(name: string): string {
  const block = guide.split('```js\n').find((text) => text.startsWith(`// ${name}\n`))
  if (block === undefined) throw new Error(`Cannot find ${name} in docs/guide/bundling.md`)
  return block.slice(0, block.indexOf('```'))
}

/** What makes `require` in an ES module, as the guide gives it to esbuild. */
const banner = /--banner:js="(.*)"$/m.exec(guide)?.[1] ?? ''

const esbuild = (name: string, app: Bundler['app'], directory: string, ...args: readonly string[]): Bundler => {
  const file = `${directory}/${args.includes('--format=cjs') ? 'app.cjs' : 'app.mjs'}`
  return {
    name,
    file,
    app,
    outside: args.includes('--packages=external'),
    bundle: async (project) => {
      await project.bin('esbuild', [`${app}.js`, '--bundle', '--platform=node', `--outfile=${file}`, ...args])
    },
  }
}

/**
 * @param file - Where the bundle goes, as the configuration says.
 * @param command - Of the bundler.
 * @param config - A file of the guide, which says which program is bundled.
 */
const configured = (name: string, file: string, command: string, config: string): Bundler => ({
  name,
  file,
  app: config.includes('server') ? 'service' : 'job',
  outside: config.includes('outside'),
  bundle: async (project) => {
    writeFileSync(project.path(config), recipe(config))
    await project.bin(command, ['-c', config])
  },
})

export const bundlers: readonly Bundler[] = [
  esbuild('esbuild', 'job', 'esbuild', '--format=esm'),
  esbuild('esbuild, minified', 'job', 'esbuild-minified', '--format=esm', '--minify', '--keep-names'),
  esbuild('esbuild, the package outside', 'job', 'esbuild-outside', '--format=esm', '--packages=external'),
  esbuild('esbuild, a server', 'service', 'esbuild-server', '--format=esm', `--banner:js=${banner}`),
  esbuild('esbuild, a server in CommonJS', 'service', 'esbuild-server-commonjs', '--format=cjs'),
  configured('Rollup', 'out-rollup/app.mjs', 'rollup', 'rollup.config.js'),
  configured('Rollup, a server', 'out-rollup-server/app.mjs', 'rollup', 'rollup.server.config.js'),
  configured('webpack', 'out-webpack/app.mjs', 'webpack', 'webpack.config.js'),
  configured('webpack, CommonJS', 'out-commonjs/app.cjs', 'webpack', 'webpack.commonjs.config.js'),
  configured('webpack, the package outside', 'out-outside/app.mjs', 'webpack', 'webpack.outside.config.js'),
]
