// The state of parsing one text: a cursor over its tokens, the limits, and the making of frozen nodes. The grammar is in
// the files that use it, which call each other through `expr`.

import { PlanError } from '../errors.ts'
import { childrenOf } from '../expr/children.ts'
import type { ExprNode, SortNode, WindowFrame } from '../expr/node.ts'
import { type Token, tokenize } from './lexer.ts'
import { type Limits, limitsOf, type SqlOptions } from './options.ts'
import { createSyntaxError, planErrorAt, quote, type SyntaxErrorInit } from './syntax-error.ts'

/** Height of the tallest tree handed out: what walks it recursively later must not run out of stack. */
const maxHeight = 1000

/** Parses one operand and the operators after it that bind tighter than `minPrecedence`. */
type ParseOperators = (parser: Parser, minPrecedence: number) => ExprNode

/** What stands in `OVER (…)`. */
export interface OverClauses {
  readonly partitionBy: readonly ExprNode[]
  readonly orderBy: readonly SortNode[]
  readonly frame?: WindowFrame
}

export class Parser {
  readonly text: string
  readonly subject: string
  options: SqlOptions
  /** Definitions of a query's WINDOW clause, by name in lower case. */
  readonly windows = new Map<string, OverClauses>()
  /** Names that stand for the source in `t.a`. */
  tables: readonly string[]
  /** Output names that may stand for their expressions, in lower case; a query sets them clause by clause. */
  aliases: ReadonlyMap<string, ExprNode> = new Map()
  /** Those that the text has named so far. */
  readonly aliasesUsed = new Set<string>()
  readonly #limits: Limits
  readonly #tokens: Token[]
  readonly #parseOperators: ParseOperators
  #index = 0
  #depth = 0
  #nodes = 0

  constructor(text: string, subject: string, options: SqlOptions, parseOperators: ParseOperators) {
    if (typeof text !== 'string')
      throw new PlanError('invalid_argument', `Cannot read the ${subject}: it is not a text`)
    this.text = text
    this.subject = subject
    this.options = options
    this.tables = options.tables ?? []
    this.#parseOperators = parseOperators
    this.#limits = limitsOf(options)
    if (text.length > this.#limits.maxLength)
      throw this.fail(`it has ${text.length} characters, at most ${this.#limits.maxLength} are read`, 0)
    this.#tokens = tokenize(text, { subject, maxTokens: this.#limits.maxNodes * 8 })
    if (this.peek().kind === 'end') throw this.fail('there is nothing to read', 0, { expected: ['a value'] })
  }

  // The cursor.

  get index(): number {
    return this.#index
  }
  /** Goes back, or ahead, to where `index` was. */
  rewind(index: number): void {
    this.#index = index
  }

  peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#index + ahead, this.#tokens.length - 1)] as Token
  }
  previous(): Token | undefined {
    return this.#tokens[this.#index - 1]
  }
  next(): Token {
    const token = this.peek()
    if (token.kind !== 'end') this.#index++
    return token
  }

  atWord(keyword: string, ahead = 0): boolean {
    return this.peek(ahead).keyword === keyword
  }
  atOperator(symbol: string, ahead = 0): boolean {
    const token = this.peek(ahead)
    return token.kind === 'operator' && token.text === symbol
  }
  atName(ahead = 0): boolean {
    const { kind } = this.peek(ahead)
    return kind === 'word' || kind === 'quoted'
  }

  /** Consumes these keywords when all of them come next. */
  acceptWords(...keywords: readonly string[]): boolean {
    if (!keywords.every((keyword, i) => this.atWord(keyword, i))) return false
    this.#index += keywords.length
    return true
  }
  acceptOperator(symbol: string): boolean {
    if (!this.atOperator(symbol)) return false
    this.#index++
    return true
  }

  expectWords(...keywords: readonly string[]): void {
    for (const keyword of keywords) if (!this.acceptWords(keyword)) throw this.expected(keyword)
  }
  expectOperator(symbol: string): void {
    if (!this.acceptOperator(symbol)) throw this.expected(`"${symbol}"`)
  }
  /** Consumes the bracket that closes `opening`. */
  expectClosing(symbol: string, opening: Token): void {
    if (this.acceptOperator(symbol)) return
    throw this.expected(`"${symbol}" to close the "${opening.text}" at position ${opening.start}`, [symbol])
  }
  /** Consumes one `>`, taking `>>` apart. */
  acceptAngle(): boolean {
    const token = this.peek()
    if (this.acceptOperator('>')) return true
    if (!this.atOperator('>>')) return false
    this.#tokens[this.#index] = { ...token, text: '>', value: '>', start: token.start + 1 }
    return true
  }
  expectEnd(alternatives?: string): void {
    const token = this.peek()
    if (token.kind === 'end') return
    if (token.kind === 'operator' && ')]}'.includes(token.text))
      throw this.fail(`the "${token.text}" has no opening "${{ ')': '(', ']': '[', '}': '{' }[token.text]}" before it`)
    throw this.expected(alternatives === undefined ? 'the end' : `${alternatives} or the end`)
  }

  // Expressions and nodes.

  /** Parses an expression, counting how deep it is nested. */
  expr(minPrecedence = 0): ExprNode {
    return this.nested(() => this.#parseOperators(this, minPrecedence))
  }
  /** Runs `parse` one level deeper. */
  nested<Result>(parse: () => Result): Result {
    if (this.#depth >= this.#limits.maxDepth)
      throw this.fail(`it is nested deeper than ${this.#limits.maxDepth} levels here, take it apart`)
    this.#depth++
    const result = parse()
    this.#depth--
    return result
  }
  /** Parses one or more of what `parse` parses, with commas between. */
  list<Item>(parse: () => Item): readonly Item[] {
    const items = [parse()]
    while (this.acceptOperator(',')) items.push(parse())
    return Object.freeze(items)
  }

  /** Freezes and counts a node. */
  node<Node extends ExprNode>(node: Node): Node {
    this.#count(1)
    return Object.freeze(node)
  }
  /** A node that stands once more somewhere else: counted again with all that is in it. */
  reuse<Node extends ExprNode>(root: Node): Node {
    for (let level: readonly ExprNode[] = [root]; level.length > 0; level = level.flatMap(childrenOf))
      this.#count(level.length)
    return root
  }
  #count(nodes: number): void {
    this.#nodes += nodes
    if (this.#nodes > this.#limits.maxNodes)
      throw this.fail(
        `it has more than ${this.#limits.maxNodes} parts here, take it apart`,
        this.previous()?.start ?? 0,
      )
  }
  /** Refuses trees that grew too tall, as thousands of operators in a row make them. */
  checkHeight(root: ExprNode): void {
    let level: readonly ExprNode[] = [root]
    for (let height = 1; level.length > 0; height++) {
      if (height > maxHeight)
        throw this.fail(`more than ${maxHeight} operators follow each other, use IN (…), brackets or several steps`, 0)
      level = level.flatMap(childrenOf)
    }
  }

  // Errors, to throw.

  /** `expected <what> after "x", found "y"`, at the next token. */
  expected(what: string, expected: readonly string[] = [what.replaceAll('"', '')]): PlanError {
    const before = this.previous()
    const after = before === undefined ? '' : ` after ${quote(before.text)}`
    const token = this.peek()
    const found = token.kind === 'end' ? 'the end' : quote(token.text)
    return this.fail(`expected ${what}${after}, found ${found}`, token.start, { expected })
  }
  fail(problem: string, position = this.peek().start, init: SyntaxErrorInit = {}): PlanError {
    return createSyntaxError(this.text, this.subject, position, problem, init)
  }
  notImplemented(what: string, position = this.peek().start): PlanError {
    return this.fail(what, position, { code: 'not_implemented' })
  }
  errorAt({ start }: { readonly start: number }, message: string, init: SyntaxErrorInit): PlanError {
    return planErrorAt(this.text, start, message, init)
  }
}
