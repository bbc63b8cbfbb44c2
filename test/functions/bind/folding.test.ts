// Constants are folded where the parent plans a job, which must never take long: whatever could is left to workers.

import t from 'tap'
import { catalogue } from 'volley'
import { Binder } from '../../../functions/bind/binder.ts'
import { builtInNames } from '../../../functions/catalogue/function-names.ts'
import { parseExpr } from '../../../functions/sql/parse.ts'

t.setTimeout(120_000)

const kindOf = (sql: string) => new Binder([], catalogue).bind(parseExpr(sql, { functions: builtInNames })).kind

t.test('calls over small constants are folded', (t) => {
  for (const sql of ["upper('a')", '1 + 2', "cast('12' as int)", 'array_length([1, 2])', 'repeat(null, 2)']) {
    t.equal(kindOf(sql), 'constant', sql)
  }
  t.end()
})

t.test('calls that could take long are not', (t) => {
  const costly = [
    `regexp_like('${'a'.repeat(40)}b', '^(a*)*$')`,
    `'${'a'.repeat(40)}b' ~ '^(a*)*$'`,
    `'${'a'.repeat(40)}b' similar to '(a*)*'`,
    "'a' like 'b'",
    "repeat('a', 100000000)",
    "lpad('a', 100000000)",
    'range(0, 100000000)',
    'array_repeat(array_repeat(array_repeat(1, 1000), 1000), 1000)',
    `levenshtein('${'a'.repeat(20_000)}', '${'b'.repeat(20_000)}')`,
  ]
  for (const sql of costly) t.equal(kindOf(sql), 'call', sql.slice(0, 40))
  t.end()
})
