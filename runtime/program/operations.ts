// The table of operations. It drives walks over their expressions, the validation of programs that come over the wire,
// schemas, the cut into stages, and explained plans. How operations are run is in the engine's table, engine/compile-operation.ts.

import { aggregateSchema } from '../../functions/bind/aggregate.ts'
import { Binder } from '../../functions/bind/binder.ts'
import { bindWindow } from '../../functions/bind/window.ts'
import { catalogue } from '../../functions/catalogue/catalogue.ts'
import { createError } from '../../functions/errors.ts'
import { displayNode } from '../../functions/expr/display.ts'
import { field, float64 } from '../../functions/types/type.ts'
import type { Operation } from './operation.ts'
import { partialSchema } from './partial-schema.ts'
import type { NamedNode, ProgramOp, ProgramOps } from './program.ts'

type Table = { readonly [Name in keyof ProgramOps]: Operation<NonNullable<ProgramOps[Name]>> }

const table: Table = {
  filter: {
    fields: { condition: 'node' },
    schema: ({ condition }, input) => {
      const binder = new Binder(input, catalogue)
      binder.condition(binder.bind(condition), 'a filter')
      return input
    },
    describe: ({ condition }) => ` ${displayNode(condition)}`,
  },
  project: {
    fields: { columns: 'named' },
    newColumns: true,
    schema: ({ columns }, input) => {
      const binder = new Binder(input, catalogue)
      return columns.map(({ name, node }) => {
        const { type, nullable } = binder.bind(node)
        return field(name, type, nullable)
      })
    },
    describe: ({ columns }) => ` ${namedText(columns)}`,
  },
  aggregate: {
    fields: {
      phase: ['single', 'partial', 'final'],
      by: 'named',
      sets: 'groupingSets?',
      aggregates: 'aggregates',
      schema: 'schema',
    },
    allRows: true,
    newColumns: true,
    schema: (op) => (op.phase === 'partial' ? partialSchema(op) : aggregateSchema(op.schema, op, catalogue)),
    describe: ({ phase, by, aggregates }) => {
      const keys = by.length === 0 ? '' : ` by ${namedText(by)}`
      const calls = aggregates.length === 0 ? '' : `: ${aggregates.map(displayNode).join(', ')}`
      return `${phase === 'single' ? '' : ` (${phase})`}${keys}${calls}`
    },
  },
  window: {
    fields: { windows: 'windows' },
    allRows: true,
    schema: ({ windows }, input) => {
      const binder = new Binder(input, catalogue)
      return [...input, ...windows.map(({ name, node }) => ({ ...bindWindow(binder, node, catalogue).returns, name }))]
    },
    describe: ({ windows }) => ` ${windows.map(({ node }) => displayNode(node)).join(', ')}`,
  },
  sort: {
    fields: { keys: 'sortKeys', limit: 'count?' },
    allRows: true,
    schema: ({ keys }, input) => {
      const binder = new Binder(input, catalogue)
      for (const key of keys) binder.bind(key)
      return input
    },
    describe: ({ keys, limit }) =>
      ` ${keys.map(displayNode).join(', ')}${limit === undefined ? '' : `, first ${limit}`}`,
  },
  limit: {
    fields: { offset: 'count', count: 'count' },
    allRows: true,
    schema: (_, input) => input,
    describe: ({ count, offset }) => ` ${count}${offset === 0 ? '' : ` after ${offset}`}`,
  },
  rowIds: {
    fields: { name: 'text' },
    schema: ({ name }, input) => [...input, field(name, float64, false)],
  },
  exchange: {
    fields: { by: ['hash', 'partitionIndex'], keys: 'nodes', partitions: 'partitions' },
    schema: (_, input) => input,
    describe: ({ by, keys }) => (by === 'hash' ? ` by ${keys.map(displayNode).join(', ')}` : ''),
  },
  reorder: {
    fields: { name: 'text' },
    newColumns: true,
    schema: (op, input) => input.filter(({ name }) => name !== op.name),
  },
}

function namedText(columns: readonly NamedNode[]): string {
  const texts = columns.map(({ name, node }) =>
    node.kind === 'column' && node.name === name ? name : `${name} = ${displayNode(node)}`,
  )
  return texts.join(', ')
}

const operations = new Map<string, Operation>(Object.entries(table))

/**
 * Adds an operation to this process's table. Workers have tables of their own, and there the engine needs an operator for
 * it: see `registerOperator`.
 *
 * @throws {PlanError} `invalid_argument` when there is one of that name.
 */
export function registerOperation<Name extends keyof ProgramOps>(
  name: Name,
  operation: Operation<NonNullable<ProgramOps[Name]>>,
): void {
  if (operations.has(name)) {
    throw createError('invalid_argument', `Cannot register the operation "${name}": there is one of that name`)
  }
  operations.set(name, operation)
}

/** The operation of a name; undefined when there is none. */
export const findOperation = (name: string): Operation | undefined => operations.get(name)

/** The row of an operation. @throws {PlanError} `invalid_argument` when the table has none. */
export function operationOf({ op }: ProgramOp): Operation {
  const operation = operations.get(op)
  if (operation !== undefined) return operation
  throw createError('invalid_argument', `Cannot plan the operation "${op}": this process has none of that name`)
}
