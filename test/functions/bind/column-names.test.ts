import t from 'tap'
import { positionOf } from '../../../functions/bind/column-names.ts'
import { field, int64 } from '../../../functions/types/type.ts'

t.test('positionOf() finds columns by their name, else without regard to case', async (t) => {
  const schema = ['a', 'B', 'c', 'C', 'constructor'].map((name) => field(name, int64))
  const cases: readonly [name: string, position: number | undefined][] = [
    ['a', 0],
    ['A', 0],
    ['b', 1],
    ['c', 2],
    ['C', 3],
    ['constructor', 4],
    ['toString', undefined],
    ['d', undefined],
  ]
  for (const [name, position] of cases) t.equal(positionOf(name, schema), position, name)
  const alike = ['Ab', 'aB'].map((name) => field(name, int64))
  t.equal(positionOf('ab', alike), undefined, 'two that differ in case only')
})
