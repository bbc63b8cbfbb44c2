// How each bundler makes a directory of `job.js` and the package.

import { writeFileSync } from 'node:fs'
import type { Project } from './projects.ts'

export interface Bundler {
  readonly name: string
  /** The main file of what it writes, in a directory of its own below the project. */
  readonly file: string
  bundle(project: Project): Promise<void>
}

const esbuild = (name: string, file: string, ...args: readonly string[]): Bundler => ({
  name,
  file,
  bundle: async (project) => {
    await project.bin('esbuild', ['job.js', '--bundle', '--platform=node', `--outfile=${file}`, ...args])
  },
})

const rollupConfig = `import commonjs from '@rollup/plugin-commonjs'
import { nodeResolve } from '@rollup/plugin-node-resolve'

export default {
  input: 'job.js',
  output: { dir: 'rollup', format: 'es', entryFileNames: 'app.mjs' },
  external: [/^node:/, 'fs', 'stream'],
  plugins: [nodeResolve({ exportConditions: ['node'] }), commonjs()],
  onwarn() {},
}
`

export const bundlers: readonly Bundler[] = [
  esbuild('esbuild', 'esbuild/app.mjs', '--format=esm'),
  esbuild('esbuild, minified', 'esbuild-minified/app.mjs', '--format=esm', '--minify', '--keep-names'),
  {
    name: 'Rollup',
    file: 'rollup/app.mjs',
    bundle: async (project) => {
      writeFileSync(project.path('rollup.config.js'), rollupConfig)
      await project.bin('rollup', ['-c'])
    },
  },
]
