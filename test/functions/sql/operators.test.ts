import t from 'tap'
import { parseExpr } from '../../../functions/sql/parse.ts'
import { shape } from './shape.ts'

const cases: readonly (readonly [text: string, shape: string])[] = [
  // arithmetic and what binds as tightly
  ['a + b * c', '(+ a (* b c))'],
  ['a - b - c', '(- (- a b) c)'],
  ['a / b % c', '(% (/ a b) c)'],
  ['(a + b) * c', '(* (+ a b) c)'],
  ["a + b || 'x'", "(+ a (|| b 'x'))"],
  ['-a * b', '(* (- a) b)'],
  ['- -a', '(- (- a))'],
  ['a - -1', '(- a -1)'],
  ['+a + +b', '(+ (+ a) (+ b))'],
  ['-a::int', '(- (cast a int32))'],
  ['a + b::text', '(+ a (cast b utf8))'],
  ['-a[1]', '(- (array_element a 1))'],
  // bits: & before ^ << >> before |, all after +
  ['a | b ^ c & d', '(| a (^ b (& c d)))'],
  ['a & b + c', '(& a (+ b c))'],
  ['a << 1 | b >> 2', '(| (<< a 1) (>> b 2))'],
  ['a # b', '(^ a b)'],
  // comparison
  ['a + 1 > b * 2', '(> (+ a 1) (* b 2))'],
  ['a | b = c', '(= (| a b) c)'],
  ['a == b', '(= a b)'],
  ['a != b', '(<> a b)'],
  ['a <> b', '(<> a b)'],
  ['a <= b', '(<= a b)'],
  ['a = b = c', '(= (= a b) c)'],
  ["a ~ 'x'", "(~ a 'x')"],
  ["a !~* 'x'", "(!~* a 'x')"],
  ['a IS DISTINCT FROM b', '(IS DISTINCT FROM a b)'],
  ['a is not distinct from b and c', '(AND (IS NOT DISTINCT FROM a b) c)'],
  ['a @> b', '(array_has_all a b)'],
  ['a <@ b', '(array_has_all b a)'],
  ['a = ANY([1, 2])', '(array_has (make_array 1 2) a)'],
  ['a <> ALL(b)', '(<> ALL a b)'],
  // predicates
  ['a is null', '(is NULL a)'],
  ['a = b is not null', '(is not NULL (= a b))'],
  ['a is true and b is not unknown', '(AND (is TRUE a) (is not UNKNOWN b))'],
  ['a in (1, 2)', '(in a 1 2)'],
  ['a + 1 not in (b)', '(not in (+ a 1) b)'],
  ['a between 1 and 2 and b', '(AND (between a 1 2) b)'],
  ['a not between b + 1 and c or d', '(OR (not between a (+ b 1) c) d)'],
  ["a like 'x%'", "(like a 'x%')"],
  ["a not ilike 'x' || b", "(not ilike a (|| 'x' b))"],
  ["a ~~ 'x'", "(like a 'x')"],
  ["a !~~* 'x'", "(not ilike a 'x')"],
  ["a similar to 'x|y'", "(~ a 'x|y')"],
  ["a not similar to 'x'", "(!~ a 'x')"],
  // ESCAPE in terms of the backslash
  ["a like 'x$%' escape '$'", "(like a 'x\\%')"],
  ["a like 'x\\$$' escape '$'", "(like a 'x\\\\\\$')"],
  ["a like 'x\\%' escape '\\'", "(like a 'x\\%')"],
  ["a like '\\%' escape ''", "(like a '\\\\%')"],
  // logic
  ['a or b and c', '(OR a (AND b c))'],
  ['not a and b', '(AND (NOT a) b)'],
  ['not a = b', '(NOT (= a b))'],
  ['not a is null', '(NOT (is NULL a))'],
  ['not not a', '(NOT (NOT a))'],
  ['a AND not b OR c', '(OR (AND a (NOT b)) c)'],
  // postfix
  ['a[1]', '(array_element a 1)'],
  ['a[1][2]', '(array_element (array_element a 1) 2)'],
  ['a[1:n]', '(array_slice a 1 n)'],
  ['a[:2]', '(array_slice a 1 2)'],
  ['a[2:]', '(array_slice a 2 -1)'],
  ['a[1:9:2]', '(array_slice a 1 9 2)'],
  ["s['f']", "(get_field s 'f')"],
  ['s.f.g', "(get_field (get_field s 'f') 'g')"],
  ['(s).f', "(get_field s 'f')"],
  ['f(a).b', "(get_field (f a) 'b')"],
  ["a['x' || b]", "(array_element a (|| 'x' b))"],
  ["a + b at time zone 'UTC'", '(+ a (cast b timestamp))'],
  // comments and space
  ['a -- one\n + /* two /* nested */ */ b', '(+ a b)'],
]

t.test('parseExpr() binds operators as DataFusion does', async (t) => {
  for (const [text, expected] of cases) t.equal(shape(parseExpr(text)), expected, text)
})

t.test('parseExpr() makes AT TIME ZONE a cast to a timestamp of that zone', async (t) => {
  t.strictSame(parseExpr("a at time zone 'Europe/Rome'"), {
    kind: 'cast',
    input: { kind: 'column', name: 'a' },
    to: { kind: 'timestamp', unit: 'ns', timezone: 'Europe/Rome' },
    safe: false,
  })
})

t.test('parseExpr() gives frozen nodes', async (t) => {
  const node = parseExpr('case when a in (1, b) then sum(x) over (order by y) end as z')
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    t.ok(Object.isFrozen(value))
    for (const child of Object.values(value)) walk(child)
  }
  walk(node)
})
