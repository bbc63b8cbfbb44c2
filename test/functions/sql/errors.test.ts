import t from 'tap'
import { parseExpr, parseSortKey } from '../../../functions/sql/parse.ts'

/** What follows `Cannot read the expression at position N: `. */
const cases: readonly (readonly [text: string, position: number, problem: string])[] = [
  ['', 0, 'there is nothing to read'],
  [' -- only a comment', 0, 'there is nothing to read'],
  // a value is missing
  ['delay >', 7, 'expected a value after ">", found the end'],
  ['> 1', 0, 'expected a value, found ">"'],
  ['a = = 1', 4, 'expected a value after "=", found "="'],
  ['a + * b', 4, '* stands for all columns, which only count(*) and SELECT * take'],
  ['f(a,)', 4, 'expected a value after ",", found ")"'],
  ['a and or b', 6, 'expected a value after "and", found "or"'],
  ['from', 0, 'expected a value, or "from" in double quotes for a column of that name, found "from"'],
  // something is open
  ["a = 'x", 4, "the string that starts here is not closed, add '"],
  ["E'x\\'", 0, "the string that starts here is not closed, add '"],
  ['a = "x', 4, 'the name that starts here is not closed, add "'],
  ['a /* b', 2, 'the comment that starts here is not closed, add "*/"'],
  ['$x$ a', 0, 'the string that starts here is not closed, add "$x$"'],
  ['(a + b', 6, 'expected ")" to close the "(" at position 0 after "b", found the end'],
  ['f(a b)', 4, 'expected ")" to close the "(" at position 1 after "a", found "b"'],
  ['[1, 2', 5, 'expected "]" to close the "[" at position 0 after "2", found the end'],
  // something is left over
  ['a)', 1, 'the ")" has no opening "(" before it'],
  ['delay 60', 6, 'expected an operator or the end after "delay", found "60"'],
  ['a, b', 1, 'expected an operator or the end after "a", found ","'],
  ['a as b c', 7, 'expected an operator or the end after "b", found "c"'],
  // clauses
  ['case a end', 7, 'expected WHEN after "a", found "end"'],
  ['case when a then 1', 18, 'expected WHEN, ELSE or END after "1", found the end'],
  ['case when a 1 end', 12, 'expected THEN after "a", found "1"'],
  ['a between 1', 11, 'expected AND after "1", found the end'],
  ['a is 1', 5, 'expected NULL, TRUE, FALSE, UNKNOWN or DISTINCT FROM after "is", found "1"'],
  ['extract(year form d)', 13, 'expected FROM after "year", found "form"'],
  ['cast(a int)', 7, 'expected AS after "a", found "int"'],
  ['a as 1', 5, 'expected a name after "as", found "1"'],
  ['sum(a) over', 11, 'expected "(" after "over", found the end'],
  ['sum(a) over w', 12, 'no window is named "w", write OVER (…)'],
  ["a like 'x' escape 'ab'", 18, "ESCAPE takes one character in single quotes, or ''"],
  ["a like 'x$' escape '$'", 7, 'the pattern ends in its escape character $'],
  // frames
  ['sum(a) over (rows x preceding)', 18, "a frame's bound is a whole number, UNBOUNDED or CURRENT ROW"],
  [
    'sum(a) over (rows -1 preceding)',
    18,
    "a frame's bound cannot be negative, PRECEDING and FOLLOWING give the direction",
  ],
  ['sum(a) over (rows between current row and 1 preceding)', 13, 'the frame ends before it starts'],
  ['sum(a) over (rows between 1 preceding and 2 preceding)', 13, 'the frame ends before it starts'],
  // other languages
  ['a && b', 2, '"&&" is written AND'],
  ['a === b', 2, '"===" is written ='],
  ['a => b', 2, '"=>" is written >='],
  ['!a', 0, '"!" is written NOT'],
  // characters and numbers
  ['a @ b', 2, 'there is no use for the character "@"'],
  ['a = ‘x’', 4, 'there is no use for the character "‘"'],
  ['12abc', 2, '"abc" cannot follow the number 12 directly, add a space'],
  ["X'0'", 0, 'bytes take an even number of hexadecimal digits'],
  ["E'\\U00110000'", 2, '\\U00110000 is not a Unicode character'],
  ['a = $1', 4, 'placeholders like $1 have no value here, write the value itself'],
]

t.test('parseExpr() says what is wrong and where', async (t) => {
  for (const [text, position, problem] of cases) {
    t.throws(
      () => parseExpr(text),
      {
        name: 'PlanError',
        code: 'syntax_error',
        message: `Cannot read the expression at position ${position}: ${problem}`,
        details: { position, line: 1, column: position + 1 },
      },
      text,
    )
  }
})

t.test('parseExpr() counts lines and columns', async (t) => {
  t.throws(() => parseExpr('a +\n  b *\n  /'), {
    name: 'PlanError',
    details: { position: 12, line: 3, column: 3, expected: ['a value'], text: 'a +\n  b *\n  /' },
  })
})

t.test('parseExpr() counts positions in UTF-16 units', async (t) => {
  t.throws(() => parseExpr("'𝄞' >"), { name: 'PlanError', details: { position: 6 } })
})

t.test('parseExpr() says what is not supported', async (t) => {
  const cases = [
    ['x -> x + 1', 0],
    ['array_transform(a, x -> x + 1)', 19],
    ['(x, y) -> x', 0],
    ['a in (select 1)', 5],
    ['(select 1)', 0],
    ['exists (select 1)', 0],
    ['ceil(a to day)', 7],
    ["a like b escape '$'", 16],
    ['sum(a) over (rows 1 preceding exclude ties)', 30],
    ["interval '1' year to month", 18],
  ] as const
  for (const [text, position] of cases)
    t.throws(() => parseExpr(text), { name: 'PlanError', code: 'not_implemented', details: { position } }, text)
})

t.test('parseSortKey() reads directions and says what is wrong', async (t) => {
  const input = { kind: 'column', name: 'n' }
  const key = (descending: boolean, nullsFirst: boolean) => ({ kind: 'sort', input, descending, nullsFirst })
  t.strictSame(parseSortKey('n'), key(false, false))
  t.strictSame(parseSortKey('n ASC'), key(false, false))
  t.strictSame(parseSortKey('n desc'), key(true, true))
  t.strictSame(parseSortKey('n nulls first'), key(false, true))
  t.strictSame(parseSortKey('n desc nulls last'), key(true, false))
  t.throws(() => parseSortKey('n desc nulls'), {
    message: 'Cannot read the sort key at position 12: expected FIRST or LAST after "nulls", found the end',
  })
  t.throws(() => parseSortKey('n descending'), {
    message: /at position 2: expected ASC, DESC, NULLS FIRST, NULLS LAST or the end after "n", found "descending"/,
  })
})
