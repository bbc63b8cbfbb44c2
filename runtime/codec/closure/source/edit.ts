// Small edits of source text that keep every other line where it was, so that stack traces stay true.

export interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** Applies edits that do not overlap; `map` gives the new position of an old one. */
export function applyEdits(
  source: string,
  edits: readonly Edit[],
): { text: string; map: (position: number) => number } {
  const ordered = edits.toSorted((a, b) => a.start - b.start)
  let text = ''
  let position = 0
  for (const edit of ordered) {
    text += source.slice(position, edit.start) + edit.text
    position = edit.end
  }
  text += source.slice(position)
  const map = (at: number) =>
    ordered.reduce((sum, edit) => (edit.end <= at ? sum + edit.text.length - (edit.end - edit.start) : sum), at)
  return { text, map }
}

/** Replaces `source[start..end)` by `text`, followed by as many line breaks as it had. */
export function replaceLines(source: string, start: number, end: number, text: string): Edit {
  return { start, end, text: text + source.slice(start, end).replace(/[^\n]/g, '') }
}

/** Puts a text before what stands at a position. */
export function insertText(position: number, text: string): Edit {
  return { start: position, end: position, text }
}

/** Removes a class member. The semicolon keeps the member before it from running into the one behind it. */
export function removeMember(source: string, start: number, end: number): Edit {
  return { start, end, text: `;${source.slice(start + 1, end).replace(/[^\n]/g, ' ')}` }
}

/** How many lines and columns `position` lies behind the start of the text. */
export function offsetOf(text: string, position: number): { line: number; column: number } {
  const before = text.slice(0, position)
  const line = before.length - before.replaceAll('\n', '').length
  return { line, column: position - (before.lastIndexOf('\n') + 1) }
}
