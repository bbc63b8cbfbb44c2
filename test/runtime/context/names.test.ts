// Scalar, aggregate and window functions of one name: each is found where it fits, in SQL text, by lookup and on the wire.

import t from 'tap'
import {
  col,
  decodeExpr,
  type Expr,
  encodeExpr,
  functions as f,
  field,
  float64,
  lit,
  nativeUdaf,
  nativeUdf,
  nativeUdwf,
  SessionContext,
  udaf,
  udf,
  udwf,
  when,
} from 'volley'

class Size {
  size = 0
  add(): void {
    this.size += 1
  }
  merge(sizes: number[]): void {
    for (const size of sizes) this.size += size
  }
  state() {
    return [this.size]
  }
  evaluate() {
    return this.size
  }
}
class Reversed {
  evaluateAll([values = []]: (number | null)[][]) {
    return values.toReversed()
  }
}
const scalar = udf((x: number) => x * 10, [float64], float64, { name: 'f' })
const aggregate = udaf(Size, [float64], float64, [float64], { name: 'f' })
const window = udwf(Reversed, [float64], float64, { name: 'f' })

function contextWith(...families: readonly ('scalar' | 'aggregate' | 'window')[]): SessionContext {
  const ctx = new SessionContext({ backend: 'in-process' })
  if (families.includes('scalar')) ctx.registerUdf(scalar)
  if (families.includes('aggregate')) ctx.registerUdaf(aggregate)
  if (families.includes('window')) ctx.registerUdwf(window)
  ctx.registerTable('t', ctx.fromColumns({ x: Float64Array.of(1, 2, 3) }))
  return ctx
}

async function valuesOf(ctx: SessionContext, sql: string): Promise<readonly unknown[]> {
  return (await ctx.sql(sql).collectColumns()).y ?? []
}

t.test('a name stands for a function of each family, and the call says which', async (t) => {
  await using ctx = contextWith('window', 'scalar', 'aggregate')
  t.same(await valuesOf(ctx, 'select f(x) as y from t order by y'), [10, 20, 30])
  t.same(await valuesOf(ctx, 'select F(x) over () as y from t'), [3, 2, 1], 'OVER: the window function')
  t.same(
    await valuesOf(ctx, 'select f(x) filter (where x > 1) as y from t'),
    [2],
    'a clause of aggregates: the aggregate',
  )
  t.same(await valuesOf(ctx, 'select f(distinct x) as y from t'), [3])
  t.same(await valuesOf(ctx, 'select max(f(x)) as y from t'), [30])
  t.same([ctx.udfs(), ctx.udafs(), ctx.udwfs(), [...ctx.udfNames()]], [['f'], ['f'], ['f'], ['f']])
  t.equal(ctx.udf('f').definition, scalar.definition)
  t.equal(ctx.udaf('f').definition, aggregate.definition)
  t.equal(ctx.udwf('f').definition, window.definition)
})

t.test('OVER takes the aggregate where no window function has the name', async (t) => {
  await using ctx = contextWith('scalar', 'aggregate')
  t.same(await valuesOf(ctx, 'select f(x) over () as y from t'), [3, 3, 3])
  t.throws(() => contextWith('scalar').sql('select f(x) over () as y from t'), {
    code: 'syntax_error',
    message: /OVER follows an aggregate or window function, f is neither/,
  })
  t.throws(() => contextWith('window').sql('select f(x) as y from t'), {
    message: /f is a window function, write OVER/,
  })
})

t.test('a function of another family leaves the built-in of its name where it was', async (t) => {
  await using ctx = contextWith()
  ctx.registerUdf(udf((x: number) => -x, [float64], float64, { name: 'sum' }))
  ctx.registerUdwf(udwf(Reversed, [float64], float64, { name: 'abs' }))
  t.same(await valuesOf(ctx, 'select sum(x) as y from t order by y desc'), [-1, -2, -3])
  t.same(await valuesOf(ctx, 'select sum(x) over () as y from t'), [6, 6, 6])
  t.same(await valuesOf(ctx, 'select abs(-x) as y from t order by y'), [1, 2, 3])
  t.same(await valuesOf(ctx, 'select abs(x) over () as y from t'), [3, 2, 1])
})

t.test('functions and tables are taken out again', async (t) => {
  await using ctx = contextWith('scalar', 'aggregate', 'window')
  const query = ctx.sql('select f(x) as y from t order by y')
  t.equal(ctx.deregisterUdf('f'), true)
  t.equal(ctx.deregisterUdf('f'), false)
  t.same(await valuesOf(ctx, 'select f(x) as y from t'), [3], 'now the aggregate')
  t.same((await query.collectColumns()).y, [10, 20, 30], 'what was made before keeps its function')
  t.throws(() => ctx.udf('f'), {
    code: 'unknown_function',
    message: 'No scalar function "f" is registered. It is registered as an aggregate function and a window function',
  })
  t.equal(ctx.deregisterUdaf('f'), true)
  t.equal(ctx.deregisterUdwf('f'), true)
  t.throws(() => ctx.sql('select f(x) as y from t'), { code: 'unknown_function' })
  t.throws(() => ctx.udaf('f'), { message: 'No aggregate function "f" is registered. Register it with registerUdaf' })
  t.throws(() => ctx.udwf(undefined as never), { code: 'invalid_argument', message: /a name is a string/ })
  t.equal(ctx.deregisterTable('t'), true)
  t.equal(ctx.deregisterTable('t'), false)
  t.throws(() => ctx.table('t'), { code: 'unknown_table' })
})

t.test('what travels by name is found in its own family', async (t) => {
  const strict = contextWith('scalar', 'aggregate', 'window').withUdfInlining({ enabled: false })
  const sent = [scalar(col('x')), aggregate(col('x')), window(col('x')).over({})]
  for (const expr of sent) {
    const back = decodeExpr(encodeExpr(expr, strict), strict)
    t.equal(back.toString(), expr.toString())
  }
  const receiver = contextWith('scalar').withUdfInlining({ enabled: false })
  t.throws(() => decodeExpr(encodeExpr(aggregate(col('x')), strict), receiver), {
    code: 'wire_not_registered',
    message: 'Aggregate function "f" is not registered here. It is registered as a scalar function',
  })
})

t.test('one expression holds functions of one name and several families', async (t) => {
  await using ctx = contextWith()
  const frame = ctx
    .table('t')
    .aggregate([], [aggregate(scalar(col('x'))).alias('n'), f.sum(scalar(col('x'))).alias('s')])
  t.same(await frame.toRows(), [{ n: 3, s: 60 }])
})

t.test('native functions of every family go by name, and their own code never travels', async (t) => {
  const natives = [
    nativeUdf('g', (x: number) => x * 10, [float64], float64)(col('x')),
    nativeUdaf('g', Size, [float64], float64, [float64])(col('x')),
    nativeUdwf('g', Reversed, [float64], float64)(col('x')).over({}),
  ]
  for (const expr of natives) {
    t.match(expr.explainShipping(), [{ name: 'g', kind: 'by-name' }])
    t.throws(() => decodeExpr(encodeExpr(expr), contextWith('scalar')), { code: 'wire_not_registered' })
  }
  await using ctx = new SessionContext({ backend: 'in-process' })
  ctx.registerUdaf(nativeUdaf('size', Size, [float64], float64, [float64]))
  ctx.registerUdwf(nativeUdwf('turned', Reversed, [float64], float64))
  ctx.registerTable('t', ctx.fromColumns({ x: Float64Array.of(1, 2, 3) }))
  t.same(await valuesOf(ctx, 'select size(x) as y from t'), [3])
  t.same(await valuesOf(ctx, 'select turned(x) over () as y from t'), [3, 2, 1])
  t.throws(() => nativeUdaf('h', class {} as never, [float64], float64, [float64]), { code: 'invalid_argument' })
  t.throws(() => nativeUdwf('', Reversed, [float64], float64), { code: 'invalid_argument' })
})

t.test('fields of a state without a name are called as in the model', async (t) => {
  const { state } = udaf(Size as never, [float64], float64, [float64, 'int64']).definition
  t.same(
    state.map(({ name }) => name),
    ['state_0', 'state_1'],
  )
})

t.test('an expression says what kind it is, and how its column is called', async (t) => {
  const kinds: readonly (readonly [Expr, variant: string, name: string])[] = [
    [col('a'), 'Column', 'a'],
    [lit(1), 'Literal', 'Int64(1)'],
    [col('a').add(1), 'BinaryExpr', 'a + Int64(1)'],
    [col('a').add(1).alias('z'), 'Alias', 'z'],
    [f.sum(col('a')), 'AggregateFunction', 'sum(a)'],
    [f.abs(col('a')), 'ScalarFunction', 'abs(a)'],
    [scalar(col('a')), 'ScalarFunction', 'f(a)'],
    [aggregate(col('a')), 'AggregateFunction', 'f(a)'],
    [col('a').not(), 'Not', 'NOT a'],
    [col('a').neg(), 'Negative', '(- a)'],
    [col('a').isNull(), 'IsNull', 'a IS NULL'],
    [col('a').isNotNull(), 'IsNotNull', 'a IS NOT NULL'],
    [col('a').isUnknown(), 'IsUnknown', 'a IS UNKNOWN'],
    [col('a').cast('int64'), 'Cast', 'a'],
    [col('a').tryCast('int64'), 'TryCast', 'a'],
    [when(col('a'), 1).otherwise(2), 'Case', 'CASE WHEN a THEN Int64(1) ELSE Int64(2) END'],
    [col('a').between(1, 2), 'Between', 'a BETWEEN Int64(1) AND Int64(2)'],
    [col('a').isIn([1]), 'InList', 'a IN ([Int64(1)])'],
    [col('a').like('x'), 'Like', 'a LIKE Utf8("x")'],
    [col('a').asc(), 'Sort', 'a'],
  ]
  for (const [expr, variant, name] of kinds) t.same([expr.variantName(), expr.schemaName()], [variant, name])
  t.equal(window(col('a')).over({}).variantName(), 'WindowFunction')
  t.equal(
    col('a')
      .add(col('b'))
      .columnName([field('a', float64), field('b', float64)]),
    'a + b',
  )
  t.throws(() => col('prise').columnName([field('price', float64)]), {
    code: 'unknown_column',
    message: 'No field named "prise". Did you mean "price"?',
  })
})
