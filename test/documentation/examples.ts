// Examples of docstrings as programs. A comment `// => value` behind a statement, or on the lines below it, is a promise:
// it becomes a check that the statement's value, or that of the constant it makes, is equal to it.

import { fork } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Comment, type Node, parseSync, type Span, Visitor } from 'oxc-parser'

/** What came of an example: its error's text, if it failed. */
export interface Outcome {
  readonly file: string
  readonly error?: string
}

/** A statement that gives a value: an expression, or a constant that is made. */
interface Value {
  readonly end: number
  readonly expression?: Span
  readonly name?: Node | undefined
}

const runner = fileURLToPath(new URL('../fixtures/examples/run.ts', import.meta.url))

/** The program of an example. Lines stay where they are; it exports how many checks it makes. */
export function programOf(example: string): string {
  const { program, comments, errors } = parseSync('example.ts', example)
  if (errors[0] !== undefined) throw new Error(`${errors[0].message} in\n${example}`)
  const values: Value[] = []
  new Visitor({
    ExpressionStatement: ({ end, expression }) => values.push({ end, expression }),
    VariableDeclaration: ({ end, declarations }) => values.push({ end, name: declarations.at(-1)?.id }),
  }).visit(program)
  const promises = promisesOf(example, comments)
  let code = example
  for (const { start, value } of promises.toReversed()) {
    const behind = values.filter(({ end }) => end <= start).toSorted((a, b) => a.end - b.end)
    code = withCheck(code, behind.at(-1), value)
  }
  return `import { check } from '../fixtures/examples/check.ts'; ${code}\nexport const checks = ${promises.length}\n`
}

/** The values that comments promise; one goes on over the comments that follow it line by line. */
function promisesOf(example: string, comments: readonly Comment[]): readonly { start: number; value: string }[] {
  const promises: { start: number; end: number; value: string }[] = []
  for (const { start, end, value } of comments) {
    const last = promises.at(-1)
    if (value.startsWith(' => ')) promises.push({ start, end, value: value.slice(4) })
    else if (last !== undefined && /^\s*\n\s*$/.test(example.slice(last.end, start)))
      promises.splice(-1, 1, { start: last.start, end, value: `${last.value} ${value.trim()}` })
  }
  return promises
}

function withCheck(code: string, statement: Value | undefined, value: string): string {
  if (statement?.expression !== undefined) {
    const { start, end } = statement.expression
    return `${code.slice(0, start)}check(${code.slice(start, end)}, (${value}))${code.slice(end)}`
  }
  if (statement?.name?.type !== 'Identifier') throw new Error(`"// => ${value}" stands behind no value in\n${code}`)
  return `${code.slice(0, statement.end)}; check(${statement.name.name}, (${value}))${code.slice(statement.end)}`
}

/** Writes the programs into a directory, under their names, and runs them all in one process, one after the other. */
export async function runExamples(
  directory: string,
  programs: ReadonlyMap<string, string>,
  env: NodeJS.ProcessEnv = {},
): Promise<readonly Outcome[]> {
  const files = [...programs].map(([name, code]) => ({ file: join(directory, name), code }))
  await Promise.all(files.map(({ file, code }) => writeFile(file, code)))
  const outcomes: Outcome[] = []
  const child = fork(
    runner,
    files.map(({ file }) => file),
    {
      cwd: directory,
      env: { ...process.env, ...env },
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      timeout: 300_000,
    },
  )
  child.stdout?.resume()
  child.on('message', (outcome: Outcome) => outcomes.push(outcome))
  await new Promise((resolve) => child.once('close', resolve))
  const ran = new Set(outcomes.map(({ file }) => file))
  return [
    ...outcomes,
    ...files.filter(({ file }) => !ran.has(file)).map(({ file }) => ({ file, error: 'did not end' })),
  ]
}
