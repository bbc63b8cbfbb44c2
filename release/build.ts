// Builds what is published into dist/: compiled modules with their types and source maps, the worker's bundle, and the
// licences of what is bundled. A checkout needs none of it; it runs from its sources.

import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { writeBundle } from '../runtime/worker/bundle.ts'
import { type Manifest, publishedManifest } from './manifest.ts'
import { noticesOf } from './notices.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')

/** Copied as they are: what old versions of Node must be able to read, and what TypeScript cannot write. */
const plainFiles = ['api/cli/volley.js', 'api/fastify.cjs', 'api/fastify.d.cts']

/**
 * Dev dependencies that become part of the package. Each is used in one place and brings what nobody else needs: the
 * command line's parser, what starts processes, whose modules an old Node could not even parse before it is told so, and
 * OpenTelemetry, whose API finds that of an application by a global name, whatever copy either has.
 */
const bundled = [
  'commander',
  'execa',
  '@opentelemetry/api',
  '@opentelemetry/exporter-trace-otlp-http',
  '@opentelemetry/resources',
  '@opentelemetry/sdk-trace',
]

/** Nobody imports them: threads start them. */
const startedByName = [
  'dist/api/bodies/body-thread.js',
  'dist/api/formats/format-thread.js',
  'dist/api/store/store-thread.js',
]

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest

rmSync(dist, { recursive: true, force: true })
compile()
writeVersion()
for (const file of plainFiles) cpSync(join(root, file), join(dist, file))
const inputs = [...(await bundleDependencies()), ...(await writeBundle(join(dist, 'worker'), false))]
writeFileSync(join(dist, 'worker/main.d.mts'), 'export {}\n')
for (const file of filesOf(dist)) rewrite(file)
removeUnreachable()
checkTypes()
writeFileSync(join(dist, 'THIRD-PARTY-LICENSES.txt'), noticesOf(root, inputs))

function compile(): void {
  const compiler = join(root, 'node_modules/typescript/lib/tsc.js')
  execFileSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })
}

/** Makes the version a constant, which an application takes along when it is bundled. */
function writeVersion(): void {
  const file = join(dist, 'api/version.js')
  writeFileSync(file, `export const version = () => ${JSON.stringify(manifest.version)}\n`)
  rmSync(`${file}.map`)
}

/** @returns The files that went into the bundles. */
async function bundleDependencies(): Promise<readonly string[]> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(bundled.map((name) => [name, fileURLToPath(import.meta.resolve(name))])),
    outdir: join(dist, 'bundled'),
    bundle: true,
    // What several of them hold is there once.
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node18',
    logLevel: 'warning',
    logOverride: { 'unsupported-regexp': 'silent' },
    legalComments: 'none',
    metafile: true,
  })
  return Object.keys(metafile.inputs)
}

/** Leads imports of bundled packages to their bundle, and those of `.ts` files, which the compiler leaves in types, to `.js`. */
function rewrite(file: string): void {
  if (!/\.(js|d\.ts)$/.test(file) || file.startsWith(join(dist, 'bundled'))) return
  const text = readFileSync(file, 'utf8')
  const led = text.replace(/(\bfrom |\bimport(?: |\())(['"])([^'"\n]+)\2/g, (_, before, quote, specifier) => {
    const target = bundled.includes(specifier)
      ? bundlePath(file, specifier)
      : specifier.replace(/^(\..*)\.ts$/, '$1.js')
    return `${before}${quote}${target}${quote}`
  })
  const rewritten = file.endsWith('.d.ts') ? forOldTypeScript(led) : led
  if (rewritten !== text) writeFileSync(file, rewritten)
}

/** Before TypeScript 5.7 typed arrays and buffers have no parameter; this says the same to both. */
function forOldTypeScript(types: string): string {
  return types
    .replace(/\b(\w+Array|Buffer|DataView)<ArrayBufferLike>/g, '$1')
    .replace(/\bBuffer<ArrayBuffer>/g, 'Buffer')
    .replace(/\b(\w+Array)<ArrayBuffer>/g, "ReturnType<$1Constructor['of']>")
}

function bundlePath(file: string, name: string): string {
  return relative(dirname(file), join(dist, 'bundled', `${name}.js`))
    .replaceAll('\\', '/')
    .replace(/^(?!\.)/, './')
}

/** What no door of the package leads to: the worker's modules, which are in its bundle, and types of internals. */
function removeUnreachable(): void {
  const { exports, bin } = publishedManifest(manifest)
  const published = [...JSON.stringify([exports, bin]).matchAll(/"\.\/(dist\/[^"]+)"/g)].map(([, path = '']) => path)
  const doors = [...published, ...startedByName].map((path) => join(root, path))
  const reached = new Set<string>()
  for (const queue = [...doors]; queue.length > 0; ) {
    const file = queue.pop() as string
    if (reached.has(file)) continue
    if (!existsSync(file)) throw new Error(`Cannot build the package: ${relative(root, file)} is missing`)
    reached.add(file)
    queue.push(...mentioned(file))
  }
  for (const file of filesOf(dist)) {
    if (!reached.has(file.replace(/\.map$/, '')) && !file.startsWith(join(dist, 'worker'))) rmSync(file)
  }
}

/**
 * Types that change those of other packages, or name a bundle, which has none, would break the projects of users.
 *
 * @throws {Error} Names the file, which nothing published should lead to.
 */
function checkTypes(): void {
  for (const file of filesOf(dist)) {
    if (!/\.d\.c?ts$/.test(file)) continue
    const [wrong] = /\bdeclare (module|global)\b|\/bundled\/[^'"]+/.exec(readFileSync(file, 'utf8')) ?? []
    if (wrong !== undefined) {
      throw new Error(
        `Cannot publish the types of ${relative(root, file)}, with "${wrong}": import no type of its source where one is exported`,
      )
    }
  }
}

/** Files that stand in a file as relative paths: imports of all kinds, and modules that are started. Types mention types. */
function mentioned(file: string): readonly string[] {
  const isType = /\.d\.c?ts$/.test(file)
  const paths = [...readFileSync(file, 'utf8').matchAll(/['"](\.\.?\/[^'"\n]+\.c?js)['"]/g)].map(([, path = '']) =>
    join(dirname(file), isType ? path.replace(/\.(c?)js$/, '.d.$1ts') : path),
  )
  return paths.filter((path) => existsSync(path))
}

function filesOf(directory: string): readonly string[] {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
}
