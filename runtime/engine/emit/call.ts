// Calls in generated code: a kernel's expression where it has one, else a call of the kernel or of the user's function,
// made only for rows in which it may be made. Arguments come emitted; what they are is not looked at.

import type { BoundCall } from '../../../functions/bind/bound.ts'
import type { DirectCall } from '../../../functions/contract/scalar.ts'
import type { StatementWriter } from './statements.ts'
import { defaultText, type Emitted, nullValue, plainValue, variable } from './values.ts'

/** The call of a kernel or a user's function in a loop, with nulls as its contract asks. */
export function emitCall(writer: StatementWriter, bound: BoundCall, args: readonly Emitted[]): Emitted {
  return bound.nulls === 'call' ? callWithNulls(writer, bound, args) : callWithValues(writer, bound, args)
}

/** A kernel that handles nulls itself. */
function callWithNulls(writer: StatementWriter, bound: BoundCall, args: readonly Emitted[]): Emitted {
  const orNull = args.map(({ value, valid }) =>
    plainValue(valid === '1' ? value : valid === '0' ? 'null' : `(${valid} === 1 ? ${value} : null)`),
  )
  return emitResult(writer, bound, callText(writer, bound, orNull), '1')
}

/** A kernel that never sees nulls. */
function callWithValues(writer: StatementWriter, bound: BoundCall, args: readonly Emitted[]): Emitted {
  const kernel = bound.kernel()
  const valid = allValid(writer, args)
  // Values behind nulls are harmless numbers and texts, unless they are objects or bytes.
  const harmless = bound.args.every((arg) => defaultText(arg.type) !== 'null')
  if (valid === '0') return nullValue(bound.type)
  if (valid === '1' || (kernel.total === true && harmless && kernel.direct === undefined)) {
    return emitResult(writer, bound, callText(writer, bound, args), valid)
  }
  return onlyWhere(writer, bound, valid, () => emitResult(writer, bound, callText(writer, bound, args), '1'))
}

/** Whether all arguments are valid, computed once. */
function allValid(writer: StatementWriter, args: readonly Emitted[]): string {
  const parts = [...new Set(args.map((arg) => arg.valid).filter((valid) => valid !== '1'))]
  if (parts.length === 0) return '1'
  if (parts.includes('0')) return '0'
  return parts.length === 1 ? (parts[0] ?? '1') : writer.define('z', parts.join(' & '))
}

/** Computes a call only where `valid` holds. */
function onlyWhere(writer: StatementWriter, { type }: BoundCall, valid: string, compute: () => Emitted): Emitted {
  const value = writer.fresh('t')
  let resultValid = valid
  const statements = writer.nested(() => {
    const inner = compute()
    writer.add(`${value} = ${inner.value};`)
    if (inner.valid !== '1') {
      resultValid = writer.fresh('z')
      writer.add(`${resultValid} = ${inner.valid};`)
    }
  })
  writer.add(`let ${value} = ${defaultText(type)};`)
  if (resultValid !== valid) writer.add(`let ${resultValid} = 0;`)
  writer.add(`if (${valid} === 1) {\n${statements}\n}`)
  return variable(value, type, resultValid)
}

function callText(writer: StatementWriter, bound: BoundCall, args: readonly Emitted[]): string {
  const kernel = bound.kernel()
  if (kernel.direct !== undefined) {
    const { fn, adapters } = kernel.direct
    const texts = args.map((arg, i) => {
      const adapt = adapters[i]
      if (adapt === undefined) return arg.value
      const call = `${writer.parameter(adapt)}(${arg.value})`
      return bound.nulls === 'call' ? `(${arg.value} === null ? null : ${call})` : call
    })
    return `${writer.parameter(fn)}(${texts.join(', ')})`
  }
  const call = `${writer.parameter(kernel.row)}(${args.map((arg) => arg.value).join(', ')})`
  if (kernel.inline === undefined || bound.nulls === 'call') return call
  const inline = kernel.inline(...args)
  return kernel.inlineIf === undefined ? inline : `(${kernel.inlineIf(...args)} ? ${inline} : ${call})`
}

/** Puts a call's text into a variable, and its nulls into the validity. */
function emitResult(writer: StatementWriter, bound: BoundCall, text: string, valid: string): Emitted {
  const { direct } = bound.kernel()
  if (direct !== undefined) return directResult(writer, bound, direct, text, valid)
  const result = writer.define('t', text)
  if (!bound.givesNull) return variable(result, bound.type, valid)
  const known = writer.define('z', `${result} === null ? 0 : ${valid}`)
  const value = writer.define('t', `${result} === null ? ${defaultText(bound.type)} : ${result}`)
  return variable(value, bound.type, known)
}

/** What a user function returned: taken as it is where it is of the declared type, else converted out of line. */
function directResult(
  writer: StatementWriter,
  bound: BoundCall,
  direct: DirectCall,
  text: string,
  valid: string,
): Emitted {
  const value = writer.fresh('t')
  const known = bound.givesNull ? writer.fresh('z') : valid
  writer.add(`u = ${writer.udf(bound.udf ?? bound.label)};`)
  writer.add(`let ${value} = ${text};`)
  if (bound.givesNull) writer.add(`let ${known} = ${valid};`)
  const toDefault = `if (${value} === null) { ${value} = ${defaultText(bound.type)}; ${bound.givesNull ? `${known} = 0;` : ''} }`
  writer.add(
    `if (!(${direct.isValue(value)})) { ${value} = ${writer.parameter(direct.convert)}(${value}); ${toDefault} }`,
  )
  writer.add('u = -1;')
  return variable(value, bound.type, known)
}
