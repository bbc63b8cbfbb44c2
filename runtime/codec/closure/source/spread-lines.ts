// Lines of a function as they were written, where a compiler took lines away: types, comments, all line breaks. Line breaks
// are added between tokens, and only where they mean nothing, so that stack traces of the shipped function name the lines
// of its source.

import { type Options, parse, type Token, tokTypes } from 'acorn'
import type { LineFinder } from './locations.ts'

/** Where a function begins in its script, and the line that it was written in. */
export interface CodeStart {
  readonly line: number
  readonly column: number
  readonly originalLine: number
}

/** Lines of comments and types between two that are left; more of them are no such. */
const maxGap = 1000

/** Tokens that a line may end with, whatever follows; */
const lineEnds = new Set([
  ...[tokTypes.semi, tokTypes.comma, tokTypes.colon, tokTypes.question, tokTypes.arrow, tokTypes.eq],
  ...[tokTypes.braceL, tokTypes.braceR, tokTypes.bracketL, tokTypes.parenL, tokTypes.parenR],
  ...[tokTypes.logicalAND, tokTypes.logicalOR, tokTypes.coalesce],
])
/** but for those that none may begin with. */
const bound = new Set([tokTypes.arrow, tokTypes.incDec, tokTypes.template])

/** The code with line breaks added. */
export function spreadLines(code: string, start: CodeStart, findLine: LineFinder): string {
  const lineStarts = [0, ...Array.from(code.matchAll(/\n/g), ({ index }) => index + 1)]
  let [spread, taken, added, row] = ['', 0, 0, 0]
  for (const { at, isLine } of breakPoints(code)) {
    while ((lineStarts[row + 1] ?? code.length + 1) <= at) row++
    const column = at - (lineStarts[row] ?? 0) + (row === 0 ? start.column : 0)
    const original = findLine(start.line + row, column, isLine ? 'line' : 'token')
    const gap = original === undefined ? 0 : original - start.originalLine - row - added
    if (gap <= 0 || gap > maxGap) continue
    const end = isLine ? (lineStarts[row] ?? at) : at
    spread += code.slice(taken, end) + '\n'.repeat(gap)
    taken = end
    added += gap
  }
  return spread + code.slice(taken)
}

interface BreakPoint {
  /** Where the token stands that the next line begins with. */
  readonly at: number
  /** A line begins with it already. */
  readonly isLine: boolean
}

function breakPoints(code: string): readonly BreakPoint[] {
  const points: BreakPoint[] = []
  let last: Token | undefined
  for (const token of tokensOf(code)) {
    if (last !== undefined && !bound.has(token.type)) {
      const at = token.start - 1
      const isLine = code.slice(last.end - 1, at).includes('\n')
      if (isLine || lineEnds.has(last.type)) points.push({ at, isLine })
    }
    last = token
  }
  return points
}

/** The tokens of a function's code in brackets; none when it is not code by itself. */
function tokensOf(code: string): readonly Token[] {
  const tokens: Token[] = []
  const options: Options = { ecmaVersion: 'latest', allowSuperOutsideMethod: true, onToken: tokens }
  try {
    parse(`(${code}\n)`, options)
  } catch {
    return []
  }
  return tokens.slice(1, -2)
}
