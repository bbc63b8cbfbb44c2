// Generated code never holds a user's text: whatever columns, aliases, functions and literals are called, the source given
// to the compiler has none of it, and nothing of it runs.

import fc from 'fast-check'
import t from 'tap'
import type { Batch } from '../../../functions/column/column.ts'
import { columnOf } from '../../../functions/column/output-buffer.ts'
import type { AggregateNode } from '../../../functions/expr/node.ts'
import {
  binary,
  col,
  type Expr,
  functions as f,
  int64,
  lit,
  struct,
  udf,
  utf8,
  when,
} from '../../../functions/index.ts'
import { field, type Schema, timestamp } from '../../../functions/types/type.ts'
import type { Value } from '../../../functions/types/value.ts'
import type { Program } from '../../../runtime/program/program.ts'
import { rowsIn, runProgram } from './run-program.ts'

t.setTimeout(120_000)

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)
t.comment(`SEED=${seed} repeats this run`)

/** Part of every text of a user's here, and of nothing of ours. */
const mark = 'Zq9'
const global = globalThis as { escaped?: boolean; Function: FunctionConstructor }
const payload = 'globalThis.escaped=true'

const hostile: readonly string[] = [
  `${mark}`,
  `${mark}"];${payload};//`,
  `${mark}');${payload};('`,
  `${mark}\`+(${payload})+\``,
  `\${${payload}}${mark}`,
  `*/${payload};/*${mark}`,
  `//${mark}\n${payload}`,
  `${mark}\r\n${payload};`,
  `${mark}\u2028${payload}\u2029`,
  `${mark}\\`,
  `${mark}\\u0022;${payload}`,
  `__proto__${mark}`,
  `constructor.${mark}`,
  `<!--${mark}`,
  `${mark}\0`,
  `}{${mark}`,
  `😀${mark}'"`,
  `) { ${payload} } function ${mark}(`,
]

/** Runs a program and gives its rows, with all source texts that were compiled on the way. */
function spy(schema: Schema, program: Program, batches: readonly Batch[]) {
  const sources: string[] = []
  const original = global.Function
  global.Function = new Proxy(original, {
    construct(target, parts: string[]) {
      sources.push(parts.join('\n'))
      return Reflect.construct(target, parts)
    },
  })
  try {
    return { rows: rowsIn(runProgram(schema, program, batches)), sources }
  } finally {
    global.Function = original
  }
}

const project = (...nodes: readonly Expr[]): Program => [
  { op: 'project', columns: nodes.map(({ node }, i) => ({ name: `${hostile[i % hostile.length]} ${i}`, node })) },
]
const texts = (...values: readonly Value[]): Batch => ({ length: values.length, columns: [columnOf(values, utf8)] })

for (const text of [...hostile, '__proto__', 'constructor', 'prototype', 'x', 'i', 'u', 't0', 'p0', 'return']) {
  t.test(`nothing of ${encodeURIComponent(text)} is compiled`, (t) => {
    const shout = udf((value: string) => `${value}!`, [utf8], utf8, { name: text })
    const a = col(text)
    const expressions = [
      a.eq(text),
      a.lt(text),
      f.concat(a, text),
      f.replace(a, text, ''),
      a.like(`%${text}`),
      f.startsWith(a, text),
      a.isIn([text, 'b']),
      when(a.eq(text), text).otherwise(a),
      f.coalesce(lit(null), a, text),
      shout(a),
      a.cast(utf8).alias(text),
      lit(Buffer.from(text))
        .cast(binary)
        .eq(lit(Buffer.from(text))),
      f.arrowTypeof(a),
      f.nullif(a, text),
    ]
    const schema = [field(text, utf8)]
    const filter: Program = [{ op: 'filter', condition: shout(a).neq(text).node }]
    const { rows, sources } = spy(schema, [...filter, ...project(...expressions)], [texts(text, 'b')])
    t.same(rows[0]?.slice(0, 3), [true, false, text + text])
    t.equal(rows[0]?.[9], `${text}!`)
    t.ok(sources.length >= 2)
    if (text.includes(mark)) t.notOk(sources.some((source) => source.includes(mark)))
    t.notOk('escaped' in global)
    t.end()
  })
}

t.test('nothing of the names of keys, aggregates and sort keys is compiled', (t) => {
  for (const text of hostile) {
    const schema = [field(text, utf8), field(`n${text}`, int64)]
    const n = col(`n${text}`)
    const calls = [f.sum(n), f.max(col(text)), f.count(n).filter(col(text).neq(text)), f.count(col(text)).distinct()]
    const aggregates = calls.map(({ node }) => node as AggregateNode)
    const by = [{ name: text, node: f.concat(col(text), text).node }]
    const sort = { kind: 'sort', input: f.upper(col(text)).node, descending: false, nullsFirst: false } as const
    const program: Program = [
      { op: 'aggregate', phase: 'single', by, aggregates, schema },
      { op: 'sort', keys: [sort] },
    ]
    const batch = { length: 2, columns: [columnOf([text, text], utf8), columnOf([1n, 2n], int64)] }
    const { rows, sources } = spy(schema, program, [batch])
    t.same(rows, [[text + text, 3n, text, 0n, 1n]])
    t.notOk(sources.some((source) => source.includes(mark)))
  }
  t.notOk('escaped' in global)
  t.end()
})

t.test('nothing of field names and time zones is compiled', (t) => {
  for (const text of hostile) {
    const schema = [field('s', struct([field(text, utf8)])), field('at', timestamp('ms', 'UTC'))]
    const batch = {
      length: 1,
      columns: [columnOf([{ [text]: text }], struct([field(text, utf8)])), columnOf([0n], timestamp('ms', 'UTC'))],
    }
    const { rows, sources } = spy(schema, project(f.getField(col('s'), text), col('at').cast('utf8')), [batch])
    t.equal(rows[0]?.[0], text)
    t.notOk(sources.some((source) => source.includes(mark)))
    const zone = timestamp('ms', text)
    t.throws(
      () =>
        spy([field('at', zone)], project(f.dateTrunc('day', col('at'))), [
          { length: 1, columns: [columnOf([0n], zone)] },
        ]),
      { name: /^(Plan|Data)Error$/ },
    )
  }
  t.notOk('escaped' in global)
  t.end()
})

t.test('nothing of random texts is compiled', (t) => {
  const pieces = fc.constantFrom(...hostile, '"', "'", '`', '\\', '\n', '${', '}', '*/', '/*', '//', ';', '\u2028')
  const nasty = fc
    .array(fc.oneof(pieces, fc.string({ maxLength: 4 })), { minLength: 1, maxLength: 5 })
    .map((parts) => `${mark}${parts.join('')}`)
  fc.assert(
    fc.property(nasty, nasty, nasty, (column, literal, name) => {
      const own = udf((value: string) => value, [utf8], utf8, { name })
      const expression = when(own(col(column)).eq(literal), literal).otherwise(f.concat(col(column), literal))
      const { rows, sources } = spy([field(column, utf8)], project(expression), [texts(literal.toWellFormed(), 'x')])
      const wellFormed = literal.toWellFormed()
      const first = literal === wellFormed ? wellFormed : wellFormed + wellFormed
      if (rows[0]?.[0] !== first || rows[1]?.[0] !== `x${wellFormed}`) throw new Error(JSON.stringify(rows))
      if (sources.length === 0 || sources.some((source) => source.includes(mark))) throw new Error(sources.join('\n'))
      if ('escaped' in global) throw new Error('it ran')
    }),
    { seed, numRuns: 200 },
  )
  t.end()
})
