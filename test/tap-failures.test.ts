// The last lines of `npm test`.

import t from 'tap'
import { failuresIn } from './tap-failures.ts'

t.test('failures are named behind the tests they stand in', async (t) => {
  const tap = `TAP version 14
# Subtest: outer
    ok 1 - fine
    # Subtest: inner
        not ok 1 - one is two
          ---
          diff: |
            not ok 9 - no result, part of a text
          ...
        1..1
    not ok 2 - inner # time=3.2ms
    1..2
not ok 1 - outer # time=5ms
# Subtest: without assertions
    1..0
not ok 2 - without assertions # time=1ms
not ok 3 - later # TODO
ok 4 - last
1..4
`
  t.strictSame(failuresIn(tap), ['outer > inner > one is two', 'without assertions'])
  t.strictSame(failuresIn('TAP version 14\nok 1 - fine\n1..1\n'), [])
  t.strictSame(failuresIn('TAP version 14\n'), ['ended before it had run its tests'])
})
