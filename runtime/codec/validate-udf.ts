// The contract of a user-defined function that came over the wire: checked before anything relies on its types. The body
// stays opaque.

import type { Udf, Volatility } from '../../functions/contract/udf.ts'
import { WireError } from '../../functions/errors.ts'
import { isDataType, isField, isListOf, isRecord, type NodeBudget } from './validate-type.ts'

type Contract = Omit<Udf, 'body'>

const volatilities: readonly Volatility[] = ['immutable', 'stable', 'volatile']

/** @throws {WireError} `wire_damaged` when it is not a contract of that family. */
export function validateContract(
  value: unknown,
  family: Udf['family'],
  name: string,
  budget: NodeBudget,
): asserts value is Contract {
  const isContract =
    isRecord(value) &&
    value.family === family &&
    value.name === name &&
    typeof value.native === 'boolean' &&
    volatilities.some((volatility) => volatility === value.volatility) &&
    isListOf(value.inputs, (type) => isDataType(type, budget)) &&
    isField(value.returns, budget) &&
    familyChecks[family](value, budget)
  if (!isContract) throw new WireError('wire_damaged', `Cannot read function "${name}": its contract is malformed`)
}

type FamilyCheck = (contract: Readonly<Record<string, unknown>>, budget: NodeBudget) => boolean

const familyChecks: Readonly<Record<Udf['family'], FamilyCheck>> = {
  scalar: ({ nulls, mode, int64As }) =>
    (nulls === 'propagate' || nulls === 'call') &&
    (mode === 'row' || mode === 'vector') &&
    (int64As === 'bigint' || int64As === 'number'),
  aggregate: ({ state, nulls, int64As, retracts }, budget) =>
    isListOf(state, (field) => isField(field, budget)) &&
    (nulls === 'call' || nulls === 'skip') &&
    (int64As === 'bigint' || int64As === 'number') &&
    typeof retracts === 'boolean',
  window: ({ int64As }) => int64As === 'bigint' || int64As === 'number',
  table: ({ int64As, returns }) =>
    (int64As === 'bigint' || int64As === 'number') &&
    isRecord(returns) &&
    isRecord(returns.type) &&
    returns.type.kind === 'struct',
}
