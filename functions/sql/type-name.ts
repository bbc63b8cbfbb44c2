// Types as SQL writes them (`bigint unsigned`, `decimal(10, 2)`, `timestamp with time zone`, `int[]`) and as the rest of
// Volley does (`int64`, `list<utf8>`, `timestamp(ms, UTC)`). Where both have a name, Volley's meaning holds: int8 is 8 bits.

import { isVolleyError, type PlanError } from '../errors.ts'
import { arrowWords } from '../types/arrow-name.ts'
import { jobWords, unknownType } from '../types/job-words.ts'
import {
  binary,
  bool,
  type DataType,
  date32,
  decimal128,
  float32,
  float64,
  int8,
  int16,
  int32,
  int64,
  interval,
  list,
  type TimeUnit,
  time64,
  timestamp,
  uint8,
  uint16,
  uint32,
  uint64,
  utf8,
} from '../types/type.ts'
import { type ArrowCursor, maxTypeDepth, parseTypeName, type TypeRule, type TypeWord } from '../types/type-grammar.ts'
import type { Parser } from './parser.ts'

/** Parses a type. @throws {PlanError} `unknown_type` with the nearest name, at its position. */
export function parseSqlType(parser: Parser): DataType {
  return parseTypeName(new SqlCursor(parser))
}

type SqlRule = TypeRule<SqlCursor>

/** A type whose length, if any, says nothing that Volley keeps; `words` may stand before it. */
const sized =
  (type: DataType, ...words: readonly string[]): SqlRule =>
  ({ parser }) => {
    parser.acceptWords(...words)
    parseNumbers(parser)
    return type
  }

const integer =
  (signed: DataType, unsigned: DataType): SqlRule =>
  ({ parser }) =>
    parser.acceptWords('UNSIGNED') ? unsigned : signed

/** What a word means in Arrow's types and in jobs. */
const asInArrow: SqlRule = (cursor, word) => {
  const type = arrowWords.get(word.key)?.(cursor, word)
  if (type === undefined) throw cursor.unknown(word)
  return type
}

const parseDecimal: SqlRule = ({ parser }) => {
  const [precision, scale] = parseNumbers(parser)
  return precision === undefined ? decimal128(38, 10) : decimal128(precision, scale ?? 0)
}

const secondDigits: Readonly<Record<number, TimeUnit>> = { 0: 's', 3: 'ms', 6: 'us', 9: 'ns' }

const parseTimestamp: SqlRule = (cursor, word) => {
  const { parser } = cursor
  if (parser.atOperator('(') && parser.peek(1).kind === 'word') return asInArrow(cursor, word)
  const digits = parseNumbers(parser)[0] ?? 9
  const unit = secondDigits[digits]
  if (unit === undefined) throw parser.fail(`timestamps have 0, 3, 6 or 9 digits of seconds, not ${digits}`, word.start)
  if (parser.acceptWords('WITH', 'TIME', 'ZONE')) return timestamp(unit, '+00:00')
  parser.acceptWords('WITHOUT', 'TIME', 'ZONE')
  return timestamp(unit)
}

const sqlWords = new Map<string, SqlRule>([
  ...arrowWords,
  ['tinyint', integer(int8, uint8)],
  ['smallint', integer(int16, uint16)],
  ['int', integer(int32, uint32)],
  ['integer', integer(int32, uint32)],
  ['bigint', integer(int64, uint64)],
  ['int2', sized(int16)],
  ['int4', sized(int32)],
  ['real', sized(float32)],
  ['float4', sized(float32)],
  ['float8', sized(float64)],
  ['float', ({ parser }) => ((parseNumbers(parser)[0] ?? 0) > 24 ? float64 : float32)],
  [
    'double',
    ({ parser }) => {
      parser.acceptWords('PRECISION')
      return float64
    },
  ],
  ['decimal', parseDecimal],
  ['numeric', parseDecimal],
  ['dec', parseDecimal],
  ['varchar', sized(utf8)],
  ['nvarchar', sized(utf8)],
  ['char', sized(utf8, 'VARYING')],
  ['character', sized(utf8, 'VARYING')],
  ['text', sized(utf8)],
  ['bytea', sized(binary)],
  ['blob', sized(binary)],
  ['varbinary', sized(binary)],
  ['date', sized(date32)],
  ['bool', sized(bool)],
  ['timestamp', parseTimestamp],
  ['timestamptz', sized(timestamp('ns', '+00:00'))],
  [
    'time',
    ({ parser }) => {
      parser.acceptWords('WITHOUT', 'TIME', 'ZONE')
      return time64('ns')
    },
  ],
  ['interval', (cursor, word) => (cursor.at('(') ? asInArrow(cursor, word) : interval('month_day_nano'))],
  ['array', (cursor, word) => asInArrow(cursor, { ...word, key: 'list' })],
])

/** Parses `(10, 2)`, when it comes next and holds whole numbers. */
function parseNumbers(parser: Parser): readonly number[] {
  if (!parser.atOperator('(')) return []
  const opening = parser.next()
  const numbers = parser.list(() => {
    const negative = parser.acceptOperator('-')
    const token = parser.peek()
    if (token.kind !== 'number' || !/^\d{1,9}$/.test(token.text)) throw parser.expected('a whole number')
    return Number(parser.next().text) * (negative ? -1 : 1)
  })
  parser.expectClosing(')', opening)
  return numbers
}

/** The tokens of a text as the grammar of types sees them. A name in quotes is never a word of SQL's. */
class SqlCursor implements ArrowCursor {
  readonly parser: Parser
  #depth = 0

  constructor(parser: Parser) {
    this.parser = parser
  }

  word(): TypeWord {
    if (!this.parser.atName()) throw this.parser.expected('a type')
    const { text, value, start } = this.parser.next()
    return { text, key: value.toLowerCase(), start }
  }

  rest(word: TypeWord): DataType | undefined {
    const words = this.parser.previous()?.kind === 'quoted' ? jobWords : sqlWords
    const type = this.#located(word, () => words.get(word.key)?.(this, word))
    return type && this.#listsOf(type)
  }

  /** Parses `[]` after `[]`: each makes a list of what is before it, one level deeper. */
  #listsOf(element: DataType): DataType {
    if (!this.parser.atOperator('[') || !this.parser.atOperator(']', 1)) return element
    this.parser.next()
    this.parser.next()
    return this.nested(() => this.#listsOf(list(element)))
  }

  at(symbol: string): boolean {
    return symbol === '"' ? this.parser.peek().kind === 'quoted' : this.parser.atOperator(symbol)
  }

  accept(symbol: string): boolean {
    if (symbol === '>') return this.parser.acceptAngle()
    return symbol === 'non-null' ? this.#acceptNonNull() : this.parser.acceptOperator(symbol)
  }

  close(symbol: string, word: TypeWord): void {
    if (!this.accept(symbol)) throw this.parser.expected(`"${symbol}" to close ${word.text}<`, [symbol])
  }

  parameters(): readonly string[] | undefined {
    const { parser } = this
    if (!parser.atOperator('(')) return undefined
    const opening = parser.next()
    const parameters = parser.list(() => {
      const { kind, value } = parser.peek()
      const text = this.skipParameter()
      return kind === 'quoted' || kind === 'string' ? value : text
    })
    parser.expectClosing(')', opening)
    return parameters
  }

  skipParameter(): string {
    const { parser } = this
    const { start } = parser.peek()
    for (let open = 0; parser.peek().kind !== 'end'; parser.next()) {
      const { text } = parser.peek()
      if (open === 0 && [',', ')'].includes(text)) break
      open += text === '(' ? 1 : text === ')' ? -1 : 0
    }
    return parser.text.slice(start, parser.previous()?.end)
  }

  quotedName(): string | undefined {
    if (this.parser.peek().kind !== 'quoted' || !this.parser.atOperator(':', 1)) return undefined
    const name = this.parser.next().value
    this.parser.next()
    return name
  }

  size(): void {
    const { parser } = this
    if (parser.peek().kind !== 'number') return
    parser.next()
    if (!parser.acceptOperator(',')) parser.acceptWords('X')
  }

  itemName(): string | undefined {
    const { parser } = this
    if (!parser.atWord('FIELD') || !parser.atOperator(':', 1) || parser.peek(2).kind !== 'string') return undefined
    parser.next()
    parser.next()
    return parser.next().value
  }

  fieldName(): string {
    if (!this.parser.atName()) throw this.parser.expected("a field's name")
    const name = this.parser.next().value
    this.parser.acceptOperator(':')
    return name
  }

  nested<Result>(parse: () => Result): Result {
    if (this.#depth >= maxTypeDepth)
      throw this.parser.fail(`no type is nested deeper than ${maxTypeDepth} levels`, undefined, {
        code: 'unknown_type',
      })
    this.#depth++
    const result = this.parser.nested(parse)
    this.#depth--
    return result
  }

  unknown(word: TypeWord): PlanError {
    this.parameters()
    const end = this.parser.previous()?.end ?? word.start
    if (end - word.start > 200)
      return this.parser.fail('no type has a name this long', word.start, { code: 'unknown_type' })
    const error = unknownType(this.parser.text.slice(word.start, end).replace(/['"]/g, ''))
    return this.parser.errorAt(word, error.message, { code: error.code, details: error.details, cause: error })
  }

  wrongCount({ text, start }: TypeWord, count: number): PlanError {
    return this.parser.fail(`${text}<…> takes ${count} ${count === 1 ? 'type' : 'types'}`, start)
  }

  #acceptNonNull(): boolean {
    const { parser } = this
    if (!parser.atWord('NON') || !parser.atOperator('-', 1) || !parser.atWord('NULL', 2)) return false
    for (let i = 0; i < 3; i++) parser.next()
    return true
  }

  /** Adds the position to what is wrong with a type. */
  #located<Result>(word: TypeWord, make: () => Result): Result {
    try {
      return make()
    } catch (error) {
      if (!isVolleyError(error) || 'position' in error.details) throw error
      throw this.parser.errorAt(word, error.message, { code: error.code, details: error.details, cause: error })
    }
  }
}
