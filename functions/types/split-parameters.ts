// The parameters of a type's name, in the words of JSON jobs and in Arrow's alike.

/** Splits at commas outside brackets and quotes. */
export function splitParameters(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (let i = 0; i < text.length; i++) {
    const c = text[i]
    if (c === '"') i = endOfQuoted(text, i)
    else if (c === '<' || c === '(') depth++
    else if (c === '>' || c === ')') depth--
    else if (c === ',' && depth === 0) {
      parts.push(text.slice(start, i).trim())
      start = i + 1
    }
  }
  if (text.trim() !== '') parts.push(text.slice(start).trim())
  return parts
}

/** Where a quoted name that starts at `start` ends; the end of the text if it does not. */
function endOfQuoted(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === '"') return i
  }
  return text.length
}
