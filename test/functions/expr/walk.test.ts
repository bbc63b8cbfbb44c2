import t from 'tap'
import { col, lit, when } from '../../../functions/expr/build.ts'
import { childrenOf, mapChildren } from '../../../functions/expr/children.ts'
import { displayNode } from '../../../functions/expr/display.ts'
import { Expr } from '../../../functions/expr/expr.ts'
import type { ExprNode } from '../../../functions/expr/node.ts'
import { columnsOf, hasAggregate, hasWindow, rewrite, walk } from '../../../functions/expr/walk.ts'

t.setTimeout(120_000)

const a = col('a')
const b = col('b')
const sum = new Expr({ kind: 'aggregate', fn: 'sum', args: [a.node], distinct: false, orderBy: [] })

t.test('walk() visits parents before children, in evaluation order', (t) => {
  const seen: string[] = []
  walk(when(a.gt(1), b).otherwise(0).node, (node) => {
    seen.push(displayNode(node))
    return true
  })
  t.same(seen, ['CASE WHEN a > Int64(1) THEN b ELSE Int64(0) END', 'a > Int64(1)', 'a', 'Int64(1)', 'b', 'Int64(0)'])
  t.end()
})

t.test('walk() skips the children of a node for which the visitor returns false', (t) => {
  const kinds: string[] = []
  walk(a.add(b).mul(2).node, (node) => {
    kinds.push(node.kind)
    return displayNode(node) !== 'a + b'
  })
  t.same(kinds, ['binary', 'binary', 'literal'])
  t.end()
})

t.test('rewrite() replaces bottom-up and leaves the original alone', (t) => {
  const expr = a.add(b).eq(a)
  const replaced = rewrite(expr.node, (node) =>
    node.kind === 'column' && node.name === 'a' ? { kind: 'column', name: 'c' } : node,
  )
  t.equal(displayNode(replaced), 'c + b = c')
  t.equal(String(expr), 'a + b = a')
  t.end()
})

t.test('rewrite() keeps the identity of what does not change', (t) => {
  const expr = a.add(1).mul(b)
  t.equal(
    rewrite(expr.node, (node) => node),
    expr.node,
  )
  t.end()
})

t.test('mapChildren() gives a frozen copy when a child changed', (t) => {
  const node = a.isIn([1, b]).node
  const changed = mapChildren(node, (child) => (child.kind === 'column' ? { ...child, name: 'z' } : child))
  t.equal(displayNode(changed), 'z IN ([Int64(1), z])')
  t.ok(Object.isFrozen(changed))
  t.equal(childrenOf(changed).length, 3)
  t.end()
})

t.test('columnsOf() names every column once, in order of first appearance', (t) => {
  t.same([...columnsOf([b.add(a).node, a.node, lit(1).node])], ['b', 'a'])
  t.end()
})

t.test('hasAggregate() and hasWindow() tell an aggregate from its use as a window', (t) => {
  t.ok(hasAggregate(sum.add(1).node))
  t.notOk(hasWindow(sum.node))
  t.notOk(hasAggregate(sum.over().node))
  t.ok(hasWindow(sum.over().add(1).node))
  t.notOk(hasAggregate(a.node))
  t.end()
})

t.test('a deep chain of operators is walked without recursion', (t) => {
  let node: ExprNode = a.node
  for (let i = 0; i < 50_000; i++) node = { kind: 'unary', op: '-', input: node }
  let count = 0
  walk(node, () => {
    count++
    return true
  })
  t.equal(count, 50_001)
  t.end()
})
