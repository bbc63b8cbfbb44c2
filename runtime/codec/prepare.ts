// Reviving the functions of a task: the only place where shipped code becomes code again, called in workers only. Each
// distinct body is revived once per worker, however many tasks use it.

import type { ShippedBody, Udf, UserFunction } from '../../functions/contract/udf.ts'
import { WireError } from '../../functions/errors.ts'
import type { ExprNode } from '../../functions/expr/node.ts'
import { rewrite } from '../../functions/expr/walk.ts'
import { mapNodes } from '../program/map-nodes.ts'
import type { Program } from '../program/program.ts'
import { udfOf, udfsIn } from '../program/udfs-in.ts'
import { reviveClosure } from './closure/revive/revive.ts'
import { decodingContext } from './context-slots.ts'
import { RecentlyUsed } from './recently-used.ts'
import { shippedTypes } from './shipped-types.ts'

/** Revived bodies by content hash. */
const revived = new RecentlyUsed<Promise<unknown>>(500)

/** The program with every shipped function live. */
export async function prepareProgram(program: Program): Promise<Program> {
  const shipped = [...udfsIn(program)].filter((udf) => udf.body.kind === 'shipped')
  if (shipped.length === 0) return program
  const live = new Map(await Promise.all(shipped.map(async (udf) => [udf, await prepareUdf(udf)] as const)))
  const replace = <Node extends ExprNode>(node: Node): Node => rewrite(node, (inner) => withLive(inner, live)) as Node
  return program.map((op) => mapNodes(op, replace))
}

function withLive(node: ExprNode, live: ReadonlyMap<Udf, Udf>): ExprNode {
  const udf = udfOf(node)
  const replacement = udf === undefined ? undefined : live.get(udf)
  if (replacement === undefined) return node
  return Object.freeze(node.kind === 'udf' ? { ...node, udf: replacement } : { ...node, fn: replacement }) as ExprNode
}

/** The function itself, live. */
export async function prepareUdf<Wanted extends Udf>(udf: Wanted): Promise<Wanted> {
  if (udf.body.kind !== 'shipped') return udf
  return Object.freeze({ ...udf, body: { kind: 'live', fn: await reviveBody(udf.body, udf.name) } }) as Wanted
}

/** The function of a body. @throws {WireError} `wire_damaged` when there is none in it. */
export async function reviveBody(
  { bytes, hash, member }: Omit<ShippedBody, 'kind'>,
  name: string,
): Promise<UserFunction> {
  const revived = await reviveOnce(bytes, hash)
  const fn: unknown = member !== undefined && Array.isArray(revived) ? revived[member] : revived
  if (typeof fn === 'function') return fn
  throw new WireError('wire_damaged', `Cannot call function "${name}": what came is not a function`)
}

/** What a body holds, revived once in this process. */
async function reviveOnce(bytes: Uint8Array, hash: string): Promise<unknown> {
  const body = revived.get(hash) ?? reviveClosure(bytes, { types: shippedTypes(decodingContext()) })
  revived.set(hash, body)
  try {
    return await body
  } catch (error) {
    revived.delete(hash)
    throw error
  }
}
