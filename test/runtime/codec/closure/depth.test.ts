import t from 'tap'
import { captureClosure } from '../../../../runtime/codec/closure/index.ts'
import { startReviver } from './fixtures/ship.ts'

// Case 69: structures deeper than the stack.

t.setTimeout(240_000)
const reviver = startReviver()
t.teardown(() => reviver.close())

const depth = 10_000

interface Link {
  next?: Link | Link[] | Map<string, Link>
}

t.test('captureClosure() ships objects, arrays and Maps that are 10,000 deep', async (t) => {
  let chain: Link = {}
  for (let level = 0; level < depth; level++) {
    chain = { next: level % 3 === 0 ? chain : level % 3 === 1 ? [chain] : new Map([['next', chain]]) }
  }
  const measure = () => {
    let levels = 0
    for (let link: Link | undefined = chain; link?.next !== undefined; levels++) {
      const { next }: Link = link
      link = Array.isArray(next) ? next[0] : next instanceof Map ? next.get('next') : next
    }
    return levels
  }
  t.equal(await reviver.call(measure), depth)
})

t.test('captureClosure() ships a chain of 10,000 closures', async (t) => {
  let next = () => 1
  for (let level = 0; level < depth; level++) {
    const previous = next
    next = level % 1000 === 0 ? () => previous() + 1 : ((() => previous) as never)
  }
  const unwind = () => {
    let current: unknown = next
    let levels = 0
    while (typeof current === 'function') {
      current = current()
      levels++
    }
    return levels > 0
  }
  t.equal(await reviver.call(unwind), true)
})

t.test('captureClosure() names a path of thousands of steps without printing all of it', (t) => {
  let chain: unknown = Promise.resolve()
  for (let level = 0; level < depth; level++) chain = { next: chain }
  t.throws(() => captureClosure(chain), {
    code: 'closure_unserializable',
    message: /^Cannot ship value "object": captured ("next" -> ){6}… 9988 more … -> ("next" -> ){5}"next" is a Promise/,
  })
  t.end()
})
