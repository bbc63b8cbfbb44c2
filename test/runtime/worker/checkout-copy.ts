// A checkout of its own for tests of the bundle: the sources are copies, the dependencies links.

import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Test } from 'tap'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** What `workerEntry` gave in a process of its own, and what that process warned of. */
export interface FoundEntry {
  readonly url: string
  readonly compileCache: string | undefined
  readonly warnings: string
}

export class CheckoutCopy {
  readonly directory: string

  constructor(t: Test) {
    this.directory = mkdtempSync(join(tmpdir(), 'volley-checkout-'))
    t.teardown(() => rmSync(this.directory, { recursive: true, force: true }))
    for (const name of ['functions', 'runtime', 'api', 'package.json'])
      cpSync(join(root, name), this.path(name), { recursive: true })
    mkdirSync(this.path('node_modules'))
    for (const name of readdirSync(join(root, 'node_modules'))) {
      if (name !== '.cache') symlinkSync(join(root, 'node_modules', name), this.path('node_modules', name))
    }
  }

  path(...parts: readonly string[]): string {
    return join(this.directory, ...parts)
  }

  /** Names in the cache. */
  cache(): readonly string[] {
    return readdirSync(this.path('node_modules/.cache/volley')).sort()
  }

  /** Asks for the entry in a new process. */
  async find(module = 'runtime/pool/worker-entry.ts', env: NodeJS.ProcessEnv = process.env): Promise<FoundEntry> {
    const code = `const { workerEntry } = await import(${JSON.stringify(this.path(module))})
      const { url, compileCache } = await workerEntry()
      console.log(JSON.stringify({ url: url.href, compileCache }))`
    const args = ['--input-type=module', '--eval', code]
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { env })
    return { ...JSON.parse(stdout), warnings: stderr }
  }

  /** Bundles for a package. */
  async bundle(directory: string): Promise<void> {
    await promisify(execFile)(process.execPath, [this.path('runtime/worker/bundle.ts'), directory])
  }
}
