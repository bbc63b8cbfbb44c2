import t from 'tap'
import { displayNode } from '../../../functions/expr/display.ts'
import { parseExpr } from '../../../functions/sql/parse.ts'
import { int64 } from '../../../functions/types/type.ts'

const x = { kind: 'column', name: 'x' } as const
const one = { kind: 'literal', type: int64, value: 1n } as const
const aggregate = { kind: 'aggregate', distinct: false, orderBy: [] } as const
const window = { kind: 'window', distinct: false, partitionBy: [], orderBy: [] } as const
const ascending = { kind: 'sort', input: x, descending: false, nullsFirst: false } as const

t.test('parseExpr() makes nodes of calls', async (t) => {
  const cases = [
    ['UPPER(x)', { kind: 'call', name: 'upper', args: [x] }],
    ['now()', { kind: 'call', name: 'now', args: [] }],
    ['current_date', { kind: 'call', name: 'current_date', args: [] }],
    ['left(x, 1)', { kind: 'call', name: 'left', args: [x, one] }],
    ['coalesce(x, 1)', { kind: 'call', name: 'coalesce', args: [x, one] }],
    ['count(*)', { ...aggregate, fn: 'count', args: [{ kind: 'wildcard' }] }],
    ['Sum(distinct x)', { ...aggregate, fn: 'sum', args: [x], distinct: true }],
    ['sum(all x)', { ...aggregate, fn: 'sum', args: [x] }],
    ['sum(x) filter (where x)', { ...aggregate, fn: 'sum', args: [x], filter: x }],
    ['first_value(x) ignore nulls', { ...aggregate, fn: 'first_value', args: [x], nullTreatment: 'ignore' }],
    ['first_value(x respect nulls)', { ...aggregate, fn: 'first_value', args: [x], nullTreatment: 'respect' }],
    [
      'array_agg(x order by x desc nulls last, x)',
      { ...aggregate, fn: 'array_agg', args: [x], orderBy: [{ ...ascending, descending: true }, ascending] },
    ],
    [
      'percentile_cont(1) within group (order by x)',
      { ...aggregate, fn: 'percentile_cont', args: [x, one], orderBy: [ascending] },
    ],
    ['rank() over ()', { ...window, fn: 'rank', args: [] }],
    [
      'lag(x, 1) ignore nulls over (partition by x order by x)',
      { ...window, fn: 'lag', args: [x, one], partitionBy: [x], orderBy: [ascending], nullTreatment: 'ignore' },
    ],
    [
      'sum(x) filter (where x) over (rows 1 preceding)',
      {
        ...window,
        fn: 'sum',
        args: [x],
        filter: x,
        frame: { units: 'rows', start: { kind: 'preceding', offset: one }, end: { kind: 'current' } },
      },
    ],
    [
      'count(*) over (groups between unbounded preceding and 1 following)',
      {
        ...window,
        fn: 'count',
        args: [{ kind: 'wildcard' }],
        frame: { units: 'groups', start: { kind: 'unbounded' }, end: { kind: 'following', offset: one } },
      },
    ],
  ] as const
  for (const [text, node] of cases) t.strictSame(parseExpr(text), node, text)
})

t.test('parseExpr() takes a range in intervals', async (t) => {
  const node = parseExpr("sum(x) over (order by d range between interval '1 month' preceding and current row)")
  t.match(node, {
    frame: {
      start: { kind: 'preceding', offset: { type: { kind: 'interval' }, value: { months: 1, days: 0, nanos: 0n } } },
    },
  })
})

t.test('parseExpr() reads special forms as the calls they stand for', async (t) => {
  const cases = [
    ['extract(Year from x)', 'date_part(Utf8("year"), x)'],
    ["extract('dow' from x)", 'date_part(Utf8("dow"), x)'],
    ['position(a in b)', 'strpos(b, a)'],
    ['position(a, b)', 'position(a, b)'],
    ['substring(s from 2 for 3)', 'substr(s, Int64(2), Int64(3))'],
    ['substring(s from 2)', 'substr(s, Int64(2))'],
    ['substring(s for 3)', 'substr(s, Int64(1), Int64(3))'],
    ['substring(s, 2)', 'substring(s, Int64(2))'],
    ["trim(leading 'x' from s)", 'ltrim(s, Utf8("x"))'],
    ['trim(trailing from s)', 'rtrim(s)'],
    ["trim('x' from s)", 'btrim(s, Utf8("x"))'],
    ['trim(s)', 'trim(s)'],
    ["trim(s, 'x')", 'trim(s, Utf8("x"))'],
    ["overlay(s placing 'x' from 2 for 3)", 'overlay(s, Utf8("x"), Int64(2), Int64(3))'],
    ['overlay(s, p, 1)', 'overlay(s, p, Int64(1))'],
    ['ceil(x + 1)', 'ceil(x + Int64(1))'],
    ['[1, x]', 'make_array(Int64(1), x)'],
    ['array[]', 'make_array()'],
    ["{'a': 1, b: x}", 'named_struct(Utf8("a"), Int64(1), Utf8("b"), x)'],
    ["map {'k': x}", 'map(make_array(Utf8("k")), make_array(x))'],
    ['(a, b)', 'struct(a, b)'],
    ['case x when 1 then a end', 'CASE x WHEN Int64(1) THEN a END'],
    ['case when a then 1 when b then 2 else 3 end', 'CASE WHEN a THEN Int64(1) WHEN b THEN Int64(2) ELSE Int64(3) END'],
    ['cast(x as int)', 'CAST(x AS Int32)'],
    ['try_cast(x as double)', 'TRY_CAST(x AS Float64)'],
    ["arrow_cast(x, 'Int8')", 'arrow_cast(x, Utf8("Int8"))'],
  ] as const
  for (const [text, display] of cases) t.equal(displayNode(parseExpr(text)), display, text)
})

t.test('parseExpr() reads an innermost argument once, however deep', async (t) => {
  const deep = `${'trim('.repeat(100)}a${')'.repeat(100)}`
  t.equal(displayNode(parseExpr(deep)), deep)
})

t.test('parseExpr() reads an alias', async (t) => {
  for (const text of ['x as y', 'x y', 'x AS "y"'])
    t.strictSame(parseExpr(text), { kind: 'alias', input: x, name: 'y' }, text)
  t.equal(displayNode(parseExpr('x as end')), 'x AS end')
})
