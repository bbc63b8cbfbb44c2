// What a value is, in messages: `a number`, `an Object`, `undefined`.

/** The name of a kind of thing with its article; undefined and null have none. */
export function withArticle(kind: string): string {
  if (kind === 'undefined' || kind === 'null') return kind
  return /^[aeio]/i.test(kind) ? `an ${kind}` : `a ${kind}`
}
