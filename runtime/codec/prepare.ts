// Reviving the functions of a task: the only place where shipped code becomes code again, called in workers only. Each
// distinct body is revived once per worker, however many tasks use it.

import type { Udf, UserFunction } from '../../functions/contract/udf.ts'
import type { ExprNode } from '../../functions/expr/node.ts'
import { rewrite, walk } from '../../functions/expr/walk.ts'
import { mapNodes } from '../program/map-nodes.ts'
import type { Program } from '../program/program.ts'
import { reviveClosure } from './closure/revive/revive.ts'
import { decodingContext } from './context-slots.ts'
import { shippedTypes } from './shipped-types.ts'

/** Revived bodies by content hash, least recently used first. */
const revived = new Map<string, Promise<UserFunction>>()
const MAX_REVIVED = 500

/** The program with every shipped function live. */
export async function prepareProgram(program: Program): Promise<Program> {
  const shipped = [...udfsIn(program)].filter((udf) => udf.body.kind === 'shipped')
  if (shipped.length === 0) return program
  const live = new Map(await Promise.all(shipped.map(async (udf) => [udf, await prepareUdf(udf)] as const)))
  const replace = <Node extends ExprNode>(node: Node): Node => rewrite(node, (inner) => withLive(inner, live)) as Node
  return program.map((op) => mapNodes(op, replace))
}

/** The user-defined functions in a program's expressions. */
export function udfsIn(program: Program): ReadonlySet<Udf> {
  const found = new Set<Udf>()
  const collect = <Node extends ExprNode>(node: Node): Node => {
    walk(node, (inner) => {
      const udf = udfOf(inner)
      if (udf !== undefined) found.add(udf)
      return true
    })
    return node
  }
  for (const op of program) mapNodes(op, collect)
  return found
}

function udfOf(node: ExprNode): Udf | undefined {
  if (node.kind === 'udf') return node.udf
  if ((node.kind === 'aggregate' || node.kind === 'window') && typeof node.fn !== 'string') return node.fn
  return undefined
}

function withLive(node: ExprNode, live: ReadonlyMap<Udf, Udf>): ExprNode {
  const udf = udfOf(node)
  const replacement = udf === undefined ? undefined : live.get(udf)
  if (replacement === undefined) return node
  return Object.freeze(node.kind === 'udf' ? { ...node, udf: replacement } : { ...node, fn: replacement }) as ExprNode
}

async function prepareUdf(udf: Udf): Promise<Udf> {
  if (udf.body.kind !== 'shipped') return udf
  const { bytes, hash } = udf.body
  return Object.freeze({ ...udf, body: { kind: 'live', fn: await reviveOnce(bytes, hash) } }) as Udf
}

/** The function of a body, revived once in this process. */
export async function reviveOnce(bytes: Uint8Array, hash: string): Promise<UserFunction> {
  const body =
    revived.get(hash) ?? (reviveClosure(bytes, { types: shippedTypes(decodingContext()) }) as Promise<UserFunction>)
  revived.delete(hash)
  revived.set(hash, body)
  const [oldest] = revived.keys()
  if (revived.size > MAX_REVIVED && oldest !== undefined) revived.delete(oldest)
  try {
    return await body
  } catch (error) {
    revived.delete(hash)
    throw error
  }
}
