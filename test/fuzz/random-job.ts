// Random JSON jobs: most have the shape that the API wants, some are changed anywhere into something else.

import { pick, type Random, randomAggregate, randomExpr, randomWindow } from './random-expr.ts'

/** Values that nobody expects where they stand. */
const junk: readonly unknown[] = [
  null,
  '',
  0,
  -1,
  0.5,
  1e308,
  2 ** 53,
  true,
  [],
  {},
  [[]],
  '\u0000',
  '__proto__',
  { __proto__: 1 },
  'a'.repeat(5000),
  ['', null, {}],
  { constructor: null },
]

export function randomJob(random: Random): unknown {
  const job =
    random(4) === 0 ? { sql: randomQuery(random) } : { source: randomSource(random), steps: randomSteps(random) }
  const options = random(5) === 0 ? { partitions: random(4), timeoutMs: random(3000) } : { timeoutMs: 3000 }
  const document: unknown = { ...job, options }
  return random(6) === 0 ? changed(document, random) : document
}

function randomQuery(random: Random): string {
  const items = Array.from({ length: random(3) + 1 }, (_, i) => `${randomItem(random)} as c${i}`)
  const clauses = [
    random(3) === 0 ? ` where ${randomExpr(random, 2)}` : '',
    random(4) === 0 ? ` group by ${pick(random, ['i32', 'txt, flag', 'rollup(i32, txt)', 'all', '1'])}` : '',
    random(6) === 0 ? ` having ${randomAggregate(random)} is not null` : '',
    random(2) === 0 ? ` order by ${pick(random, ['c0', '1', 'txt desc', 'random()', 'count(*)'])}` : '',
    random(3) === 0 ? ` limit ${pick(random, ['0', '1', '9007199254740992', '-1', 'all'])}` : '',
  ]
  return `select ${random(8) === 0 ? 'distinct ' : ''}${items.join(', ')} from t${clauses.join('')}`
}

const randomItem = (random: Random): string =>
  pick(random, [randomExpr, randomExpr, randomExpr, randomAggregate, randomWindow])(random)

function randomSource(random: Random): unknown {
  if (random(6) > 0) return { table: 't' }
  const name = () => pick(random, ['a', 'b', '', ' ', 'A', '#row', '__proto__', 'ä', '"', 'x'.repeat(3000)])
  const value = () =>
    pick<unknown>(random, [null, 0, 1.5, -1, 'a', '', true, [1, 'a'], { k: 1 }, [null], 1e300, [], {}])
  const rows = Array.from({ length: random(4) }, () => Object.fromEntries([0, 1].map(() => [name(), value()])))
  const type = () =>
    pick(random, ['int64', 'utf8', 'list<int8>', 'struct<a: utf8>', 'decimal128(38,38)', 'map<utf8,int8>'])
  return { rows, ...(random(2) === 0 ? { schema: { [name()]: type() } } : {}) }
}

function randomSteps(random: Random): readonly unknown[] {
  const step = (): unknown => {
    switch (random(8)) {
      case 0:
        return { filter: randomExpr(random) }
      case 1:
        return { select: [randomItem(random), `${randomExpr(random)} as x`] }
      case 2:
        return { withColumns: { [pick(random, ['', 'i32', 'new', '#w0'])]: randomItem(random) } }
      case 3:
        return { dropColumns: [pick(random, ['i32', 'txt', 'none', ''])] }
      case 4:
        return { aggregate: { by: [randomExpr(random, 1)], values: [randomAggregate(random)] } }
      case 5:
        return { sort: [`${randomItem(random)} ${pick(random, ['', 'desc', 'nulls first', 'asc nulls last'])}`] }
      case 6:
        return { limit: pick<unknown>(random, [0, 1, 5, 2 ** 53, { count: 1, offset: 2 ** 52 }]) }
      default:
        return { distinct: true }
    }
  }
  return Array.from({ length: random(4) }, step)
}

/** The document with one value, anywhere in it, that is another. */
function changed(document: unknown, random: Random): unknown {
  if (typeof document !== 'object' || document === null || random(4) === 0) return pick(random, junk)
  const copy = (Array.isArray(document) ? [...document] : { ...document }) as Record<string, unknown>
  const keys = Object.keys(copy)
  const key = keys.length === 0 || random(8) === 0 ? pick(random, ['', 'steps', 'sqll', '0']) : pick(random, keys)
  copy[key] = changed(copy[key], random)
  return copy
}
