// Names in texts that are read again: SQL's words, and names that it would read as something else, stand in double quotes.

/** Words that cannot name a column, or follow an expression as its alias, without quotes. */
export const reservedWords: ReadonlySet<string> = new Set(
  `ALL AND ANY AS ASC BETWEEN BY CASE CAST CROSS DESC DISTINCT ELSE END ESCAPE EXCEPT EXISTS FALSE FETCH FROM FULL GROUP
  HAVING ILIKE IN INNER INTERSECT INTO IS JOIN LEFT LIKE LIMIT NATURAL NOT NULL NULLS OFFSET ON OR ORDER OUTER OVER
  PARTITION QUALIFY RIGHT SELECT SIMILAR SOME THEN TRUE TRY_CAST UNION USING WHEN WHERE WINDOW WITH WITHIN`.split(
    /\s+/,
  ),
)

/** Words that mean something of their own without brackets behind them. */
const constants = new Set([
  'CURRENT_DATE',
  'CURRENT_TIME',
  'CURRENT_TIMESTAMP',
  'INTERVAL',
  'DATE',
  'TIME',
  'TIMESTAMP',
])

/** The name as it is, or in double quotes where SQL would not read it as that name. */
export function quoteName(name: string): string {
  return isPlain(name) && !constants.has(name.toUpperCase()) ? name : inQuotes(name)
}

const isPlain = (name: string): boolean => /^[a-z_][a-z0-9_]*$/i.test(name) && !reservedWords.has(name.toUpperCase())

/** Reserved words that are nevertheless names of functions. */
export const callable: ReadonlySet<string> = new Set(['LEFT', 'RIGHT'])

/** Names that SQL reads as a form of its own where a parenthesis follows. */
const forms = new Set(['CUBE', 'EXTRACT', 'POSITION', 'ROLLUP', 'SUBSTRING', 'TRIM'])

/** The name of a function that is called: as it is, or in double quotes where SQL would read something else. */
export function quoteFunctionName(name: string): string {
  const word = name.toUpperCase()
  return callable.has(word) || (!forms.has(word) && isPlain(name)) ? name : inQuotes(name)
}

/** In double quotes; those inside are doubled, everything else stands for itself. */
export const inQuotes = (text: string): string => `"${text.replaceAll('"', '""')}"`
