// Empty projects that the packed package is installed into, and programs that are run there.

import { execFile } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('../..', import.meta.url))
const apps = fileURLToPath(new URL('apps/', import.meta.url))
/** For hangs: an install on a slow line, a compiler on a busy machine. */
const timeout = 600_000

const nobody = { uid: 65_534, gid: 65_534 }

/** What the package is told from its surroundings: nothing of this checkout's tools. */
const { NODE_OPTIONS: _, NODE_PATH: __, ...environment } = process.env
const env = { ...environment, NO_COLOR: '1', VOLLEY_WORKER_ENTRY: '' }

/** A directory with a `package.json`, its dependencies, and the programs of `apps/`. */
export class Project {
  readonly directory: string

  constructor(directory: string) {
    this.directory = directory
    mkdirSync(directory)
    writeFileSync(this.path('package.json'), '{ "private": true, "type": "module" }\n')
    cpSync(apps, directory, { recursive: true })
  }

  path(...parts: readonly string[]): string {
    return join(this.directory, ...parts)
  }

  async install(packages: readonly string[]): Promise<void> {
    await this.run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...packages])
  }

  /**
   * Runs Node in the project.
   *
   * @returns What it printed on stdout.
   */
  node(args: readonly string[], variables: NodeJS.ProcessEnv = {}): Promise<string> {
    return this.run(process.execPath, args, variables)
  }

  /**
   * Runs Node as a user who can write nowhere but to the temporary directory: `nobody`, whom only root can become, or else
   * this one, for whom nothing of the project is writable then.
   */
  async nodeAsReader(args: readonly string[]): Promise<string> {
    const scratch = mkdtempSync(join(tmpdir(), 'volley-reader-'))
    const isRoot = process.getuid?.() === 0
    if (isRoot) chownSync(scratch, nobody.uid, nobody.gid)
    await this.run('chmod', ['-R', 'a-w', '.'])
    try {
      const variables = { HOME: '/nonexistent', TMPDIR: scratch, XDG_CACHE_HOME: undefined, XDG_STATE_HOME: undefined }
      return await this.run(process.execPath, args, variables, isRoot ? nobody : {})
    } finally {
      await this.run('chmod', ['-R', 'u+w', '.'])
      rmSync(scratch, { recursive: true, force: true })
    }
  }

  /** Runs a program that a dependency brings. */
  bin(name: string, args: readonly string[], variables: NodeJS.ProcessEnv = {}): Promise<string> {
    return this.run(this.path('node_modules/.bin', name), args, variables)
  }

  async run(
    file: string,
    args: readonly string[],
    variables: NodeJS.ProcessEnv = {},
    user: Partial<typeof nobody> = {},
  ): Promise<string> {
    const PATH = `${join(process.execPath, '..')}:${process.env.PATH}`
    const options = { cwd: this.directory, env: { ...env, PATH, ...variables }, timeout, maxBuffer: 64 << 20, ...user }
    try {
      return (await promisify(execFile)(file, args, options)).stdout
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { readonly stdout?: string; readonly stderr?: string }
      throw new Error(`${file} ${args.join(' ')}\n${`${stdout}\n${stderr}`.slice(-3000)}`, { cause: error })
    }
  }
}

/** A temporary directory for a run of the tests; it goes with it. */
export class Workshop implements Disposable {
  readonly #directory = mkdtempSync(join(tmpdir(), 'volley-package-'))

  constructor() {
    chmodSync(this.#directory, 0o755)
  }

  path(name: string): string {
    return join(this.#directory, name)
  }

  /** Packs a copy of the checkout, since packing changes its `package.json` for a moment. */
  async pack(): Promise<string> {
    const copy = new Project(this.path('checkout'))
    const left = new Set(['node_modules', 'dist', '.git', '.tap', 'test'])
    for (const name of readdirSync(root)) {
      if (!left.has(name)) cpSync(join(root, name), copy.path(name), { recursive: true })
    }
    symlinkSync(join(root, 'node_modules'), copy.path('node_modules'))
    const printed = await copy.run('npm', ['pack', '--silent', '--pack-destination', this.#directory])
    return this.path(printed.trim().split('\n').at(-1) ?? '')
  }

  [Symbol.dispose](): void {
    rmSync(this.#directory, { recursive: true, force: true })
  }
}
