import t from 'tap'
import { likePattern } from '../../../functions/scalar/pattern.ts'

t.test('likePattern() means what LIKE means', async (t) => {
  const cases: readonly [pattern: string, text: string, matches: boolean][] = [
    ['', '', true],
    ['', 'a', false],
    ['%', '', true],
    ['%', 'a\nb', true],
    ['a%', 'ab', true],
    ['%b', 'ab', true],
    ['%b', 'ba', false],
    ['%%', 'ab', true],
    ['a%%b', 'ab', true],
    ['%a%b%', 'xxaxxbxx', true],
    ['%b%a%', 'xxaxxbxx', false],
    ['%ab%b', 'aabb', true],
    ['%aab', 'aaab', true],
    ['a%a', 'a', false],
    ['_', '😀', true],
    ['%_', '', false],
    ['a\\%', 'a%', true],
    ['a\\%', 'ab', false],
    ['%\\_b%', 'a_bc', true],
    ['%.%', 'ab', false],
  ]
  for (const [pattern, text, matches] of cases) t.equal(likePattern(pattern, false).test(text), matches, pattern)
  t.ok(likePattern('%B%', true).test('abc'))
})

t.test('likePattern() looks for what follows a % once, however many there are', async (t) => {
  t.notOk(likePattern(`${'%a'.repeat(1000)}%b`, false).test('a'.repeat(2000)))
  t.notOk(likePattern(`${'%a_'.repeat(200)}b`, false).test('a'.repeat(2000)))
  t.throws(() => likePattern('%'.repeat(4097), false), {
    code: 'invalid_value',
    message: `Cannot match the pattern "${'%'.repeat(40)}…": it has more than 4096 characters`,
  })
})
