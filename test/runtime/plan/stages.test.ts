// Programs cut into stages: where rows of different tasks meet, by which keys, and what follows.

import t from 'tap'
import { displayNode } from '../../../functions/expr/display.ts'
import { col, int64, udf } from '../../../functions/index.ts'
import { parseExpr } from '../../../functions/sql/parse.ts'
import { field, type Schema, utf8 } from '../../../functions/types/type.ts'
import { stagesOf } from '../../../runtime/plan/stages.ts'
import type { Program, ProgramOp, WindowOp } from '../../../runtime/program/program.ts'
import { atOnce } from '../../../runtime/turns/turns.ts'

const schema: Schema = [field('a', int64), field('b', int64), field('s', utf8)]

const windows = (...texts: readonly string[]): WindowOp => ({
  op: 'window',
  windows: texts.map((text, i) => {
    const node = parseExpr(text)
    if (node.kind !== 'window') throw new Error(`${text} is no window`)
    return { name: `w${i}`, node }
  }),
})
const filter: ProgramOp = { op: 'filter', condition: col('a').gt(1).node }
const sort: ProgramOp = {
  op: 'sort',
  keys: [{ kind: 'sort', input: col('a').node, descending: false, nullsFirst: false }],
}

function shown(op: ProgramOp): string {
  switch (op.op) {
    case 'exchange':
      return `to ${op.partitions} by ${op.by === 'partitionIndex' ? 'partitionIndex' : op.keys.map(displayNode).join(', ')}`
    case 'window':
      return op.windows.map(({ name }) => name).join(' ')
    case 'aggregate':
      return `aggregate ${op.phase}`
    default:
      return op.op
  }
}
/** Each stage as `tasks: operations`. */
const cut = (program: Program, tasks = 4): readonly string[] =>
  atOnce(stagesOf(program, schema, tasks)).map((stage) => `${stage.tasks}: ${stage.program.map(shown).join(', ')}`)

t.test('windows with a partition key are partitioned by it, and their rows come back', (t) => {
  t.same(cut([filter, windows('sum(a) over (partition by s)'), filter]), [
    '4: filter, rowIds, to 4 by s',
    '4: w0, to 4 by partitionIndex',
    '4: reorder, filter',
  ])
  t.same(
    cut([windows('rank() over (partition by s, b order by a)', 'sum(a) over (partition by b, a % 2, s)')])[0],
    '4: rowIds, to 4 by b, s',
    'by the keys that all have in common',
  )
  t.same(
    atOnce(stagesOf([windows('sum(a) over (partition by s)')], schema, 4)).map(({ partitions }) => partitions),
    [4, 4, undefined],
  )
  t.end()
})

t.test('columns that nothing looks at after the windows stay where they are', (t) => {
  const project: ProgramOp = { op: 'project', columns: [{ name: 'x', node: parseExpr('W0 + a') }] }
  const stages = atOnce(stagesOf([windows('sum(b) over (partition by s)'), project], schema, 4))
  t.same(
    stages[2]?.input.map(({ name }) => name),
    ['a', '#row', 'w0'],
  )
  t.same(stages[2]?.program, [{ op: 'reorder', name: '#row' }, project])
  t.end()
})

t.test('windows over different keys take turns', (t) => {
  t.same(
    cut([
      windows('sum(a) over (partition by s)', 'sum(b) over (partition by a, b)', 'max(a) over (partition by s, b)'),
    ]),
    [
      '4: rowIds, to 4 by s',
      '4: w0 w2, to 4 by partitionIndex',
      '4: reorder, rowIds, to 4 by a, b',
      '4: w1, to 4 by partitionIndex',
      '4: reorder',
    ],
  )
  t.end()
})

t.test('a window over all rows takes all windows to one task', (t) => {
  t.same(cut([filter, windows('sum(a) over (partition by s)', 'sum(b) over ()'), sort]), [
    '4: filter',
    '1: w0 w1, sort',
  ])
  t.end()
})

t.test('keys that might come to something else the second time do not repartition rows', (t) => {
  t.same(cut([windows('sum(a) over (partition by random() > 0.5)')]), ['4: ', '1: w0'])
  t.same(cut([windows('sum(a) over (partition by random() > 0.5, s)')])[0], '4: rowIds, to 4 by s')
  const any = udf((a: bigint) => a, [int64], int64, { name: 'any' })
  const own = udf((a: bigint) => a, [int64], int64, { name: 'own', volatility: 'immutable' })
  const by = (key: typeof any): Program => [
    {
      op: 'window',
      windows: windows('sum(a) over ()').windows.map(({ name, node }) => ({
        name,
        node: { ...node, partitionBy: [key(col('a')).node] },
      })),
    },
  ]
  t.same(cut(by(any)), ['4: ', '1: w0'])
  t.same(cut(by(own))[0], '4: rowIds, to 4 by own(a)')
  t.end()
})

t.test('what follows is cut again', (t) => {
  const limit: ProgramOp = { op: 'limit', offset: 2, count: 3 }
  const windowed = windows('sum(a) over (partition by s)')
  t.same(cut([windowed, sort, limit]).slice(2), ['4: reorder, sort', '1: sort, limit'])
  t.same(cut([sort, windowed]), ['4: sort', '1: sort, w0'], 'one task needs to distribute nothing')
  t.same(cut([windowed], 1), ['1: w0'])
  const [first, second] = atOnce(stagesOf([filter, limit, filter], schema, 4))
  t.match(first, { fetch: 5, tasks: 4, program: [filter, { op: 'limit', offset: 0, count: 5 }] })
  t.match(second, { tasks: 1, program: [limit, filter] })
  t.equal(second?.fetch, undefined)
  t.end()
})

t.test('the numbers of rows have a name that no column has', (t) => {
  const taken: Schema = [...schema, field('#ROW', int64)]
  const [first, second, third] = atOnce(stagesOf([windows('sum(a) over (partition by s)')], taken, 2))
  t.match(first?.program, [{ op: 'rowIds', name: '##row' }, {}])
  t.same(
    second?.input.map(({ name }) => name),
    ['a', 'b', 's', '#ROW', '##row'],
  )
  t.match(third?.program, [{ op: 'reorder', name: '##row' }])
  t.end()
})
