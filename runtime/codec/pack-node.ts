// Expression nodes in few bytes, and back: a column is its name; small integers, booleans and null are themselves; any
// other node is a list of its kind and its properties in the order of the table, without trailing ones that have their
// defaults. What comes back has the shape of nodes; whether it is one is for validate-node.ts to say.

import { ShippingError, VolleyError, WireError } from '../../functions/errors.ts'
import { type Arity, childSlots } from '../../functions/expr/children.ts'
import type { ExprNode, LiteralNode, NodeKind } from '../../functions/expr/node.ts'
import { parseType } from '../../functions/types/parse-type.ts'
import { bool, type DataType, int64, nullType, typeName, utf8 } from '../../functions/types/type.ts'
import { OneOfEach } from './one-of-each.ts'
import { MAX_NODE_DEPTH } from './validate-node.ts'
import { isRecord } from './validate-type.ts'

/** Every property of each kind, those that are mostly left out at the end. */
const properties = {
  column: ['name'],
  literal: ['type', 'value'],
  wildcard: [],
  binary: ['op', 'left', 'right'],
  unary: ['op', 'input'],
  is: ['test', 'input', 'negated'],
  in: ['input', 'list', 'negated'],
  between: ['input', 'low', 'high', 'negated'],
  like: ['input', 'pattern', 'caseInsensitive', 'negated'],
  case: ['whens', 'thens', 'otherwise', 'operand'],
  cast: ['input', 'to', 'safe'],
  alias: ['input', 'name'],
  call: ['name', 'args'],
  udf: ['udf', 'args'],
  aggregate: ['fn', 'args', 'distinct', 'filter', 'orderBy', 'nullTreatment'],
  window: ['fn', 'args', 'orderBy', 'partitionBy', 'frame', 'distinct', 'filter', 'nullTreatment'],
  sort: ['input', 'descending', 'nullsFirst'],
  groupingSets: ['form', 'items'],
} as const satisfies {
  readonly [Kind in NodeKind]: readonly Exclude<keyof Extract<ExprNode, { kind: Kind }>, 'kind'>[]
}

/** The head of a text literal, which only its text follows. */
const TEXT = "'"
/** Kinds whose last property is a list, packed without a list of its own. */
const open: ReadonlySet<NodeKind> = new Set(['call', 'udf'])

const flags = new Set(['negated', 'caseInsensitive', 'safe', 'distinct', 'descending', 'nullsFirst'])
const types = new Set(['type', 'to'])
const nestedKinds: readonly DataType['kind'][] = ['list', 'struct', 'map', 'dictionary']

/**
 * A node in its packed shape. What is equal in it, nodes, types, frames, is one object: it travels once, and equal
 * expressions have equal bytes however they were put together.
 *
 * @throws {ShippingError} `closure_too_deep` for what a receiver would refuse.
 */
export function packNode(root: ExprNode): unknown {
  const packed = new Map<ExprNode, unknown>()
  const oneOfEach = new OneOfEach()
  const pack = (node: ExprNode, depth: number): unknown => {
    const known = packed.get(node)
    if (known !== undefined) return known
    if (depth > MAX_NODE_DEPTH) {
      throw new ShippingError(
        'closure_too_deep',
        `Cannot ship the expression: it nests deeper than ${MAX_NODE_DEPTH} levels`,
        {
          details: { limit: MAX_NODE_DEPTH },
        },
      )
    }
    for (const fn of functionsIn(node)) oneOfEach.keep(fn)
    const result = oneOfEach.copyOf(packOne(node, (child) => pack(child, depth + 1)))
    packed.set(node, result)
    return result
  }
  return pack(root, 1)
}

/** The user's function that a node calls, which travels apart. */
function functionsIn(node: ExprNode): readonly unknown[] {
  if (node.kind === 'udf') return [node.udf]
  return node.kind === 'aggregate' || node.kind === 'window' ? [node.fn] : []
}

function packOne(node: ExprNode, pack: (node: ExprNode) => unknown): unknown {
  if (node.kind === 'column') return node.name
  const short = node.kind === 'literal' ? shortLiteral(node) : undefined
  if (short !== undefined) return short
  const slots = childSlots[node.kind]
  const record = node as unknown as Readonly<Record<string, unknown>>
  const names: readonly string[] = properties[node.kind]
  const values = names.map((name) => {
    const value = record[name]
    if (types.has(name)) return packType(value as DataType)
    if (value === undefined || !slots.has(name)) return value
    return isList(slots.get(name)) ? (value as readonly ExprNode[]).map(pack) : pack(value as ExprNode)
  })
  while (values.length > 0) {
    const last = names[values.length - 1] ?? ''
    if (!isDefault(values.at(-1), last, slots.get(last))) break
    values.pop()
  }
  if (node.kind === 'binary') return values
  return [node.kind, ...(open.has(node.kind) ? values.flat(1) : values)]
}

const isList = (arity: Arity | undefined): boolean => arity === 'list' || arity === 'sortKeys'

/** A property that is left out at the end; `unpackProperty` puts it back. */
const isDefault = (value: unknown, name: string, arity: Arity | undefined): boolean =>
  value === undefined ||
  (flags.has(name) && value === false) ||
  (isList(arity) && Array.isArray(value) && value.length === 0)

/** Literals whose value alone tells their type. */
function shortLiteral({ type, value }: LiteralNode): unknown {
  if (type.kind === 'null' && value === null) return null
  if (type.kind === 'bool' && typeof value === 'boolean') return value
  if (type.kind === 'utf8' && typeof value === 'string') return [TEXT, value]
  const integer = type.kind === 'int64' && typeof value === 'bigint' ? Number(value) : Number.NaN
  return Number.isSafeInteger(integer) ? integer : undefined
}

/** A type by its name, where the name says everything about it. */
function packType(type: DataType): unknown {
  if (nestedKinds.includes(type.kind)) return type
  const name = typeName(type)
  try {
    return typeName(parseType(name)) === name ? name : type
  } catch {
    return type
  }
}

/**
 * The node that `packNode` packed, frozen; anything else for what it did not pack.
 *
 * @throws {WireError} `wire_damaged`, `wire_too_deep`.
 */
export function unpackNode(root: unknown): unknown {
  const unpacked = new Map<unknown, unknown>()
  const unpack = (value: unknown, depth: number): unknown => {
    if (depth > MAX_NODE_DEPTH) {
      throw new WireError(
        'wire_too_deep',
        `Cannot accept an expression: it nests deeper than ${MAX_NODE_DEPTH} levels`,
        {
          details: { limit: MAX_NODE_DEPTH },
        },
      )
    }
    if (!Array.isArray(value)) return unpackLeaf(value)
    const known = unpacked.get(value)
    if (known !== undefined) return known
    const node = unpackList(value, (child) => unpack(child, depth + 1))
    unpacked.set(value, node)
    return node
  }
  return unpack(root, 1)
}

function unpackLeaf(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
      return Object.freeze({ kind: 'column', name: value })
    case 'boolean':
      return Object.freeze({ kind: 'literal', type: bool, value })
    case 'number':
      if (!Number.isSafeInteger(value)) throw damaged(`it holds the number ${value}`)
      return Object.freeze({ kind: 'literal', type: int64, value: BigInt(value) })
    default:
      if (value === null) return Object.freeze({ kind: 'literal', type: nullType, value })
      throw damaged(`it holds a value of type ${typeof value}`)
  }
}

function unpackList(packed: readonly unknown[], unpack: (value: unknown) => unknown): unknown {
  const [head, second] = packed
  if (typeof head !== 'string') throw damaged('one of its nodes has no kind')
  if (head === TEXT) return Object.freeze({ kind: 'literal', type: utf8, value: second })
  const named = Object.hasOwn(properties, head)
  const kind = named ? (head as NodeKind) : 'binary'
  const values = open.has(kind) ? [second, packed.slice(2)] : named ? packed.slice(1) : packed
  const names: readonly string[] = properties[kind]
  if (values.length > names.length) throw damaged(`a ${kind} has too many properties`)
  const slots = childSlots[kind]
  const node: Record<string, unknown> = { kind }
  for (const [i, name] of names.entries()) {
    const value = unpackProperty(name, values[i], slots.get(name), unpack)
    if (value !== undefined) node[name] = value
  }
  return Object.freeze(node)
}

function unpackProperty(
  name: string,
  value: unknown,
  arity: Arity | undefined,
  unpack: (value: unknown) => unknown,
): unknown {
  if (value === undefined) return flags.has(name) ? false : isList(arity) ? Object.freeze([]) : undefined
  if (types.has(name)) return unpackType(value)
  if (arity === undefined) return value
  if (!isList(arity)) return unpack(value)
  if (!Array.isArray(value)) throw damaged(`the ${name} are not a list`)
  return Object.freeze(Array.from(value, unpack))
}

function unpackType(value: unknown): unknown {
  if (typeof value !== 'string') return isRecord(value) ? value : undefined
  try {
    return parseType(value)
  } catch (error) {
    if (error instanceof VolleyError) throw damaged(`${JSON.stringify(value)} is not a type`)
    throw error
  }
}

const damaged = (why: string): WireError => new WireError('wire_damaged', `Cannot read an expression: ${why}`)
