import t from 'tap'
import { likePattern } from '../../../functions/scalar/pattern.ts'
import { groupCount, replacementText, sqlRegExp } from '../../../functions/scalar/regex-syntax.ts'

t.setTimeout(120_000)

/** Pattern, flags, texts it matches, texts it does not. */
const patterns: readonly (readonly [string, string, readonly string[], readonly string[]])[] = [
  ['a.c', '', ['abc', 'a\rc', 'a👍c'], ['a\nc', 'ac']],
  ['a.c', 's', ['a\nc'], ['ac']],
  ['^b$', 'm', ['a\nb\nc'], ['ab']],
  ['^b$', '', ['b'], ['a\nb']],
  ['(?i)ABC', '', ['abc'], ['ab']],
  ['ABC', 'i', ['xabcx'], ['ab']],
  ['^\\d+$', '', ['12', '١٢'], ['1a', '']],
  ['^\\w+$', '', ['aé_9', '日本'], ['a-b']],
  ['^\\W$', '', ['-', '😀'], ['é']],
  ['\\bé', '', ['an é', 'é'], ['né']],
  ['\\Bb', '', ['ab'], ['a b']],
  ['^[\\w-]+$', '', ['é-1'], ['a b']],
  ['^[\\d.]+$', '', ['1.5'], ['1,5']],
  ['^[[:alpha:]_]+$', '', ['ab_'], ['a1']],
  ['^[[:digit:][:space:]]+$', '', ['1 2'], ['a']],
  ['^[]a]+$', '', [']a'], ['b']],
  ['\\p{Greek}', '', ['α'], ['a']],
  ['^\\pL+$', '', ['éa'], ['1']],
  ['^\\P{L}+$', '', ['12'], ['a']],
  ['(?P<y>\\d{4})-(?P<m>\\d\\d)', '', ['2024-02'], ['24-02']],
  ['^a\\-b\\_c\\%d\\@$', '', ['a-b_c%d@'], ['ab']],
  ['a{2,3}b', '', ['aab', 'aaab'], ['ab']],
  ['\\Aab\\z', 'm', ['ab'], ['ab\nc']],
  ['a b # both', 'x', ['ab'], ['a b']],
  ['\\x41\\x{1F44D}', '', ['A👍'], ['a']],
  ['😀+', '', ['😀😀'], ['😁']],
]

for (const [pattern, flags, matching, others] of patterns) {
  t.test(`sqlRegExp() reads ${pattern} with the flags "${flags}"`, (t) => {
    const expression = sqlRegExp(pattern, flags)
    for (const text of matching) t.ok(expression.test(text), JSON.stringify(text))
    for (const text of others) t.notOk(expression.test(text), JSON.stringify(text))
    t.end()
  })
}

t.test('sqlRegExp() says what is wrong with a pattern', (t) => {
  t.throws(() => sqlRegExp('a(b', ''), {
    name: 'DataError',
    code: 'invalid_value',
    message: 'Cannot read the regular expression "a(b": unterminated group',
  })
  t.throws(() => sqlRegExp('a**', ''), { code: 'invalid_value' })
  t.throws(() => sqlRegExp('[z-a]', ''), { code: 'invalid_value' })
  t.end()
})

t.test('replacements name groups as Rust and as PostgreSQL do', (t) => {
  const replaced = (text: string, pattern: string, replacement: string): string => {
    const expression = sqlRegExp(pattern, '')
    return text.replace(expression, replacementText(replacement, expression))
  }
  t.equal(replaced('john smith', '(\\w+) (\\w+)', '$2 $1'), 'smith john')
  t.equal(replaced('john smith', '(\\w+) (\\w+)', '\\2 \\1'), 'smith john')
  t.equal(replaced('john', '(\\w+)', '${1}0'), 'john0')
  t.equal(replaced('john', '(?P<n>\\w+)', '<$n>'), '<john>')
  t.equal(replaced('john', '(\\w+)', '$$1'), '$1')
  t.equal(replaced('john', '(\\w+)', 'a$'), 'a$')
  t.equal(replaced('john', '(\\w+)', '[$9]'), '[]')
  t.equal(replaced('john', '\\w+', "$& $`$'"), "$& $`$'")
  t.equal(groupCount(/(a)(?:b)(?<c>d)/u), 2)
  t.end()
})

/** LIKE pattern, texts it matches, texts it does not. */
const likes: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['a%', ['a', 'abc', 'a\nb'], ['ba', '']],
  ['%a%', ['xax', 'a'], ['b']],
  ['a_c', ['abc', 'a👍c', 'a\nc'], ['ac', 'abbc']],
  ['a\\%b', ['a%b'], ['axb']],
  ['a\\_b', ['a_b'], ['axb']],
  ['a\\\\b', ['a\\b'], ['ab']],
  ['a.b*', ['a.b*'], ['axb']],
  ['', [''], ['a']],
  ['100\\', ['100\\'], ['100']],
]

for (const [pattern, matching, others] of likes) {
  t.test(`likePattern() reads ${JSON.stringify(pattern)}`, (t) => {
    for (const text of matching) t.ok(likePattern(pattern, false).test(text), JSON.stringify(text))
    for (const text of others) t.notOk(likePattern(pattern, false).test(text), JSON.stringify(text))
    t.end()
  })
}

t.test('likePattern() ignores case when asked to, beyond ASCII too', (t) => {
  t.ok(likePattern('É%', true).test('école'))
  t.notOk(likePattern('É%', false).test('école'))
  t.end()
})

t.test('sqlRegExp() refuses patterns that take long to compile', (t) => {
  const nested = (levels: number) => `${'('.repeat(levels)}a${'*)'.repeat(levels)}`
  t.ok(sqlRegExp(nested(100), '').test('a'))
  t.throws(() => sqlRegExp(nested(2000), ''), { code: 'invalid_value', message: /: it nests deeper than 100 levels$/ })
  t.throws(() => sqlRegExp('a'.repeat(10_001), ''), {
    code: 'invalid_value',
    message: /: it has more than 10000 characters$/,
  })
  t.end()
})
