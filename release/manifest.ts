// The manifest as it is published: what leads to sources in a checkout leads to what was built of them, and what only a
// checkout needs is left out.

/** What of a `package.json` matters here. */
export interface Manifest {
  readonly exports: Readonly<Record<string, string>>
  readonly bin: Readonly<Record<string, string>>
  readonly [field: string]: unknown
}

/** Fields of no use to who installs the package. */
const checkoutOnly = ['scripts', 'devDependencies', 'overrides', 'allowScripts', 'workspaces']

/** The worker is a bundle with a place of its own. */
const built: Readonly<Record<string, string>> = { './runtime/worker/main.ts': './dist/worker/main.mjs' }

/** Where the compiled form of a source lies; plain JavaScript keeps its name. */
const compiled = (source: string): string =>
  built[source] ?? source.replace(/^\.\/|^/, './dist/').replace(/\.ts$/, '.js')

/** @param manifest - Of the checkout. */
export function publishedManifest(manifest: Manifest): Record<string, unknown> {
  const kept = Object.entries(manifest).filter(([field]) => !checkoutOnly.includes(field))
  return {
    ...Object.fromEntries(kept),
    bin: mapValues(manifest.bin, compiled),
    exports: mapValues(manifest.exports, door),
  }
}

/** What a subpath leads to: types first, as TypeScript takes the first condition that fits. */
function door(source: string): string | Record<string, string> {
  if (!source.endsWith('.ts')) return source
  const file = compiled(source)
  return { types: file.replace(/\.(m?)js$/, '.d.$1ts'), default: file }
}

function mapValues<T>(record: Readonly<Record<string, string>>, change: (value: string) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]))
}
