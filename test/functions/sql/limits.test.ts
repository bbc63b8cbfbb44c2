import fc from 'fast-check'
import t from 'tap'
import { PlanError } from '../../../functions/errors.ts'
import { displayNode } from '../../../functions/expr/display.ts'
import { parseExpr } from '../../../functions/sql/parse.ts'
import { parseSelect } from '../../../functions/sql/select.ts'
import { shape } from './shape.ts'

const many = 100_000

t.test('parseExpr() refuses what is nested too deep, without running out of stack', async (t) => {
  const openings = ['(', '[', '- ', 'not ', 'f(', 'case ', 'case when ', 'cast(', 'trim(', '{a: ', 'a in (', 'a[']
  for (const opening of openings) {
    const options = { maxNodes: 10_000_000 }
    t.throws(
      () => parseExpr(opening.repeat(many), options),
      { code: 'syntax_error', message: /nested deeper than 200/ },
      opening,
    )
  }
  t.throws(() => parseExpr('((a))', { maxDepth: 2 }), { message: /nested deeper than 2 levels here/ })
})

t.test('parseExpr() refuses rows of operators too long to walk', async (t) => {
  for (const [start, more] of [
    ['1', ' + 1'],
    ['a', ' or a'],
    ['a', '::int'],
    ['a', '[1]'],
    ['a', ' is null'],
    ['a', '.b'],
  ] as const) {
    const message = /more than 1000 operators follow each other/
    const options = { maxNodes: 1_000_000 }
    t.throws(() => parseExpr(start + more.repeat(many), options), { code: 'syntax_error', message }, more)
    t.throws(() => parseExpr(start + more.repeat(many)), { code: 'syntax_error' }, more)
  }
  t.ok(displayNode(parseExpr(`1${' + 1'.repeat(990)}`)))
  t.match(parseExpr(`a in (1${', 1'.repeat(5000)})`), { kind: 'in' })
})

t.test('parseExpr() refuses texts with too many parts or characters', async (t) => {
  t.throws(() => parseExpr(`f(1${', 1'.repeat(10_000)})`), { message: /more than 10000 parts here/ })
  t.throws(() => parseExpr('a + b + c', { maxNodes: 4 }), {
    message: /more than 4 parts here/,
    details: { position: 8 },
  })
  t.throws(() => parseExpr(' '.repeat(1_048_577)), { message: /1048577 characters, at most 1048576 are read/ })
  t.throws(() => parseExpr('a', { maxNodes: 0 }), { code: 'invalid_argument' })
  t.throws(() => parseExpr(5 as unknown as string), { code: 'invalid_argument', message: /it is not a text/ })
})

t.test('parseSelect() counts an expression each time its name stands for it', async (t) => {
  const sum = `a${' + a'.repeat(99)}`
  t.throws(() => parseSelect(`select ${sum} as b from t order by b${', b'.repeat(100)}`), {
    message: /more than 10000/,
  })
})

const words = fc.constantFrom(
  ...'a b "c d" 1 2.5 \'s\' + - * / % || ( ) [ ] { } , . : :: = <> < > ~ @> -> && ! $$ /* -- \n'.split(' '),
  ...'and or not is null in between like escape case when then else end cast as int extract from over'.split(' '),
  ...'partition by order rows preceding interval date distinct filter where f( count(*) select group limit desc'.split(
    ' ',
  ),
)

t.test('parseExpr() throws nothing but PlanErrors with a position inside the text', async (t) => {
  const check = (text: string): void => {
    for (const parse of [parseExpr, parseSelect]) {
      try {
        parse(text)
      } catch (error) {
        if (!(error instanceof PlanError)) throw error
        const { position } = error.details
        if (typeof position !== 'number' || position < 0 || position > text.length) throw error
      }
    }
  }
  fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), check), { numRuns: 2000 })
  fc.assert(
    fc.property(
      fc.array(words, { maxLength: 20 }).map((all) => all.join(' ')),
      check,
    ),
    { numRuns: 5000 },
  )
  t.pass()
})

/** A text with every bracket written, and the shape it must have. */
type Written = readonly [text: string, shape: string]

t.test('parseExpr() reads back what is written with every bracket', async (t) => {
  const { written } = fc.letrec<{ written: Written }>((tie) => {
    const operand = tie('written')
    const operator = fc.constantFrom(
      '+',
      '-',
      '*',
      '/',
      '%',
      '||',
      '=',
      '<>',
      '<',
      '~',
      'AND',
      'OR',
      '&',
      '|',
      '^',
      '<<',
    )
    return {
      written: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.constantFrom('a', 'b', "'x'", '7', '2.5', 'true', 'null').map((leaf): Written => [leaf, leaf]),
        fc
          .tuple(operand, operator, operand)
          .map(([a, op, b]): Written => [`(${a[0]} ${op} ${b[0]})`, `(${op} ${a[1]} ${b[1]})`]),
        operand.map(([a, as]): Written => [`(not ${a})`, `(NOT ${as})`]),
        operand.map(([a, as]): Written => [`(${a} is not null)`, `(is not NULL ${as})`]),
        fc.tuple(operand, operand).map(([a, b]): Written => [`(${a[0]} in (${b[0]}, 1))`, `(in ${a[1]} ${b[1]} 1)`]),
        fc.tuple(operand, operand).map(([a, b]): Written => [`upper(${a[0]}, ${b[0]})`, `(upper ${a[1]} ${b[1]})`]),
      ),
    }
  })
  fc.assert(
    fc.property(written, ([text, expected]) => shape(parseExpr(text)) === expected),
    { numRuns: 2000 },
  )
  t.pass()
})

t.test('displayNode() of what parseExpr() gives is the same each time and for any spacing', async (t) => {
  const operators = fc.constantFrom('+', '*', '||', '=', 'and', 'or', 'is distinct from', '&', '>>', 'not like', '- -')
  const flat = fc
    .tuple(fc.constantFrom('a', 'not b', '-c'), fc.array(fc.tuple(operators, fc.constantFrom('a', 'b[1]', '3::int'))))
    .map(([first, rest]) => [first, ...rest.flat()].join(' '))
  const check = (text: string): boolean => {
    const display = displayNode(parseExpr(text))
    return (
      display === displayNode(parseExpr(text)) && display === displayNode(parseExpr(text.replaceAll(' ', '\n/* */')))
    )
  }
  fc.assert(fc.property(flat, check), { numRuns: 1000 })
  t.pass()
})
