// What users can import explains itself. The rule:
// - every export, and every public member of an exported class or interface, has a docstring that begins with a summary;
// - functions, methods and constructors name each of their parameters, and say what is the default of optional ones;
// - options have an `@defaultValue`;
// - values (functions, classes, constants) and methods have an example; values name the source of what they mean with
//   `@see`;
// - types may have both.
// That examples are complete, run and tell the truth is held by docs.test.ts.

import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import * as volley from 'volley'
import * as api from 'volley/api'
import * as client from 'volley/client'
import { type Documented, type Parameter, publicExports } from './documentation/exports.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

const modules = [
  { name: 'volley', source: 'runtime/index.ts', exports: volley },
  { name: 'volley/api', source: 'api/index.ts', exports: api },
  { name: 'volley/client', source: 'api/client/index.ts', exports: client },
]

/** What a docstring lacks. */
function lacksOf({ name, kind, parameters, isOptional, docstring }: Documented): readonly string[] {
  if (docstring === undefined) return ['a docstring']
  const explained = docstring.parameters
  const unnamed = parameters.filter((parameter) => parameter.name !== undefined && !explained.has(parameter.name))
  return [
    ...(docstring.summary === '' && !name.endsWith('.constructor') ? ['a summary'] : []),
    ...unnamed.map((parameter) => `@param ${parameter.name}`),
    ...(explained.size < parameters.length && unnamed.length === 0 ? ['a @param for each parameter'] : []),
    ...parameters.flatMap((parameter) => lackOfDefault(parameter, explained.get(parameter.name ?? ''))),
    ...(/Options\.\w+$/.test(name) && isOptional && !docstring.hasDefault ? ['an @defaultValue'] : []),
    ...((kind === 'value' || kind === 'method') && docstring.examples.length === 0 ? ['an @example'] : []),
    ...(kind === 'value' && !docstring.hasSource ? ['an @see'] : []),
  ]
}

/** `@param count - How many. Default 10.` for `count = 10`; options have defaults of their own. */
function lackOfDefault({ name, isOptional, initial }: Parameter, text = ''): readonly string[] {
  if (!isOptional || name === 'options' || text === '') return []
  if (initial === undefined) return text.includes('Default: ') ? [] : [`"Default: …" of ${name}`]
  const value = initial.replaceAll("'", '')
  return text.replaceAll('`', '').includes(`Default ${value}`) ? [] : [`"Default ${value}" of ${name}`]
}

const complaints = (file: string): readonly string[] =>
  publicExports(file).flatMap((entry) =>
    lacksOf(entry).map((lack) => `${entry.name} (${relative(root, entry.file)}:${entry.line}) lacks ${lack}`),
  )

for (const { name, source, exports } of modules) {
  t.test(`every public export of ${name} has a docstring`, async (t) => {
    t.strictSame(complaints(join(root, source)), [])
  })

  t.test(`publicExports() finds every value that ${name} exports`, async (t) => {
    const values = publicExports(join(root, source)).filter(({ kind }) => kind === 'value')
    t.strictSame(values.map(({ name }) => name).toSorted(), Object.keys(exports).toSorted())
  })
}

const sample = `
/**
 * Doubles a number.
 *
 * @param n - Any number.
 * @example
 * import { double } from 'sample'
 *
 * double(2) // => 4
 *
 * @see multiplication
 */
export function double(n: number): number {
  return 2 * n
}

/** A pair. */
export interface Pair {
  /** The first. */
  readonly left: number
}

/** How to count. */
export interface CountOptions {
  /**
   * Where to start.
   *
   * @defaultValue 0
   */
  readonly from?: number
}

/**
 * Counts.
 *
 * @example
 * new Counter().add(1)
 * @see counting
 */
export class Counter {
  #sum = 0

  /**
   * Adds.
   *
   * @param options - What to add.
   * @param times - How often. Default 1.
   * @example
   * new Counter().add({ n: 2 }, 3)
   */
  add({ n }: { readonly n: number }, times = 1): void {
    this.#sum += n * times
  }

  /** @internal */
  add_(n: number): void {
    this.#sum += n
  }

  /** The sum. */
  get sum(): number {
    return this.#sum
  }
}
`

const changes: readonly (readonly [string, string, string, readonly string[]])[] = [
  ['has everything', '', '', []],
  ['loses the docstring of a function', '/**\n * Doubles', '/*\n * Doubles', ['double lacks a docstring']],
  ['loses a summary', ' * Doubles a number.\n', '', ['double lacks a summary']],
  ['loses a parameter', ' * @param n - Any number.\n', '', ['double lacks @param n']],
  ['names another parameter', '@param n -', '@param m -', ['double lacks @param n']],
  ['loses an example', '@example\n * import', 'Example:\n * import', ['double lacks an @example']],
  ['loses the example of a method', '@example\n   * new', 'Example:\n   * new', ['Counter.add lacks an @example']],
  ['loses the source', ' * @see multiplication\n', '', ['double lacks an @see']],
  ['loses the docstring of a type', '/** A pair. */\n', '', ['Pair lacks a docstring']],
  ['loses the docstring of a class', '/**\n * Counts', '/*\n * Counts', ['Counter lacks a docstring']],
  ['loses the docstring of a method', '/**\n   * Adds', '/*\n   * Adds', ['Counter.add lacks a docstring']],
  [
    'loses a parameter that is taken apart',
    '@param options -',
    'Options:',
    ['Counter.add lacks a @param for each parameter'],
  ],
  ['loses the docstring of a property', '  /** The first. */\n', '', ['Pair.left lacks a docstring']],
  ['loses the default of an option', '@defaultValue 0', 'Zero', ['CountOptions.from lacks an @defaultValue']],
  ['loses the default of a parameter', ' Default 1.', '', ['Counter.add lacks "Default 1" of times']],
  ['states another default', 'Default 1.', 'Default 2.', ['Counter.add lacks "Default 1" of times']],
  ['makes a method public', '  /** @internal */\n', '', ['Counter.add_ lacks a docstring']],
  ['loses the docstring of an accessor', '  /** The sum. */\n', '', ['Counter.sum lacks a docstring']],
  ['gets an export', '/** A pair', 'export const one = 1\n\n/** A pair', ['one lacks a docstring']],
]

for (const [what, from, to, expected] of changes) {
  t.test(`complaints() of a module that ${what}: ${expected[0] ?? 'none'}`, async (t) => {
    const text = sample.replace(from, to)
    const directory = t.testdir({
      'index.ts': "export * from './pair.ts'\n",
      'pair.ts': "export { type CountOptions, Counter, double, type Pair } from './sample.ts'\n",
      'sample.ts': text,
    })
    const all = what === 'gets an export' ? 'sample.ts' : 'index.ts'
    const found = complaints(join(directory, all)).map((complaint) => complaint.replace(/ \(.*?\)/, ''))
    t.strictSame(found, expected)
  })
}
