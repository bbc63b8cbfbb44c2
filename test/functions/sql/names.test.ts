import t from 'tap'
import type { ExprUdf } from '../../../functions/contract/udf.ts'
import type { FunctionNames } from '../../../functions/sql/options.ts'
import { parseExpr } from '../../../functions/sql/parse.ts'
import { int64 } from '../../../functions/types/type.ts'

const column = (name: string) => ({ kind: 'column', name })
const udf = (family: ExprUdf['family'], name: string): ExprUdf => {
  const returns = { name, type: int64, nullable: true }
  const base = {
    name,
    inputs: [int64],
    returns,
    volatility: 'volatile',
    body: { kind: 'named' },
    native: false,
  } as const
  if (family === 'aggregate') return { ...base, family, state: [], nulls: 'call', int64As: 'bigint', retracts: false }
  if (family === 'window') return { ...base, family, int64As: 'bigint' }
  return { ...base, family, nulls: 'propagate', mode: 'row', int64As: 'bigint' }
}
const udfs = [udf('scalar', 'grossUp'), udf('aggregate', 'spread'), udf('window', 'smooth')]
const functions: FunctionNames = {
  lookup(name) {
    const own = udfs.filter((candidate) => candidate.name === name)
    if (own.length > 0) return own.map((candidate) => ({ kind: 'udf', udf: candidate }))
    if (['upper', 'btrim', 'date_part'].includes(name)) return [{ kind: 'scalar', name }]
    if (name === 'trim') return [{ kind: 'scalar', name: 'btrim' }]
    if (name === 'mean' || name === 'avg') return [{ kind: 'aggregate', name: 'avg' }]
    return name === 'rank' ? [{ kind: 'window', name }] : []
  },
  names: () => ['upper', 'trim', 'btrim', 'date_part', 'mean', 'avg', 'rank', ...udfs.map(({ name }) => name)],
}

t.test('parseExpr() finds columns exactly first, then in any case', async (t) => {
  const options = { columns: ['id', 'Id', 'Total', 'two words'] }
  t.strictSame(parseExpr('Id', options), column('Id'))
  t.strictSame(parseExpr('TOTAL', options), column('Total'))
  t.strictSame(parseExpr('"two words"', options), column('two words'))
  t.throws(() => parseExpr('1 + ID', options), {
    code: 'ambiguous_column',
    message: 'Cannot tell which field "ID" is: write "id" or "Id" in double quotes',
    details: { column: 'ID', matches: ['id', 'Id'], position: 4 },
  })
  t.throws(() => parseExpr('1 + Totel', options), {
    code: 'unknown_column',
    message: 'No field named "Totel". Did you mean "Total"?',
    details: { column: 'Totel', suggestion: 'Total', position: 4, line: 1 },
  })
  t.throws(() => parseExpr('id = "bob"', { columns: ['id'] }), {
    message: `No field named "bob". Double quotes name columns; a text is written 'bob'`,
  })
  t.throws(() => parseExpr('"ID"', { columns: ['id'] }), { code: 'unknown_column' })
})

t.test('parseExpr() takes a table before a column, else a field after one', async (t) => {
  const field = { kind: 'call', name: 'get_field' }
  t.strictSame(parseExpr('T.a', { tables: ['t'] }), column('a'))
  t.match(parseExpr('t.a.b', { tables: ['t'] }), { ...field, args: [column('a'), { value: 'b' }] })
  t.match(parseExpr('s.a', { tables: ['t'] }), { ...field, args: [column('s'), { value: 'a' }] })
  t.match(parseExpr('t.a', { tables: ['t'], columns: ['t'] }), { ...field, args: [column('t'), { value: 'a' }] })
})

t.test('parseExpr() asks the lookup what a name in call position is', async (t) => {
  t.match(parseExpr('UPPER(a)', { functions }), { kind: 'call', name: 'upper' })
  t.match(parseExpr('trim(a)', { functions }), { kind: 'call', name: 'btrim' })
  t.match(parseExpr('extract(day from a)', { functions }), { kind: 'call', name: 'date_part' })
  t.match(parseExpr('mean(a)', { functions }), { kind: 'aggregate', fn: 'avg' })
  t.match(parseExpr('mean(a) over ()', { functions }), { kind: 'window', fn: 'avg' })
  t.match(parseExpr('grossUp(a)', { functions }), { kind: 'udf', udf: { name: 'grossUp' } })
  t.match(parseExpr('spread(distinct a)', { functions }), { kind: 'aggregate', fn: { name: 'spread' }, distinct: true })
  t.match(parseExpr('spread(a) over ()', { functions }), { kind: 'window', fn: { name: 'spread' } })
  t.match(parseExpr('smooth(a) over (order by a)', { functions }), { kind: 'window', fn: { name: 'smooth' } })
})

t.test('parseExpr() names the function that may have been meant', async (t) => {
  t.throws(() => parseExpr('1 + uper(a)', { functions }), {
    name: 'PlanError',
    code: 'unknown_function',
    message: 'Function "uper" is not known. Did you mean "upper"?',
    details: { function: 'uper', suggestion: 'upper', position: 4, line: 1, column: 5 },
  })
  t.throws(() => parseExpr('zzzzzz(a)', { functions }), { message: 'Function "zzzzzz" is not known' })
})

t.test('parseExpr() refuses clauses on functions that cannot have them', async (t) => {
  const wrong = [
    ['rank()', 0, /rank is a window function, write OVER \(…\) after it/],
    ['smooth(a)', 0, /smooth is a window function/],
    ['upper(a) over ()', 9, /OVER follows an aggregate or window function, upper is neither/],
    ['grossUp(a) over ()', 11, /grossUp is neither/],
    ['upper(distinct a)', 6, /DISTINCT is for aggregate and window functions, upper is neither/],
    ['upper(a order by a)', 8, /ORDER is for aggregate/],
    ['upper(a) filter (where a)', 9, /FILTER is for aggregate/],
    ['upper(a) ignore nulls', 9, /IGNORE is for aggregate/],
    ['mean(*)', 5, /only count takes \*, avg does not/],
    ['mean(a) within group (order by a)', 8, /WITHIN GROUP is for percentiles, order avg by ORDER BY inside it/],
    ['mean(distinct)', 13, /expected a value after "distinct", found "\)"/],
    ['mean(a order by a) over ()', 0, /avg is ordered by its OVER clause/],
  ] as const
  for (const [text, position, message] of wrong)
    t.throws(() => parseExpr(text, { functions }), { code: 'syntax_error', message, details: { position } }, text)
})
