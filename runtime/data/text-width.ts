// How many cells of a terminal's line a text takes, so that columns are aligned whatever is written in them.

const segmenter = new Intl.Segmenter()

/** Wide characters of East Asian scripts, and emoji. @see Unicode Standard Annex 11, East Asian Width */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u
const ascii = /^[\x20-\x7e]*$/
const invisible = /^[\p{Mark}\p{Default_Ignorable_Code_Point}]+$/u

/** One line without characters that would steer the terminal or change the direction of the text around it. */
export const printable = (text: string): string =>
  text.replace(/[\p{Control}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, ' ')

export function textWidth(text: string): number {
  if (ascii.test(text)) return text.length
  return Array.from(segmenter.segment(text), ({ segment }) => widthOf(segment)).reduce((sum, width) => sum + width, 0)
}

/** The text, or its beginning and an ellipsis, in at most `width` cells. */
export function cutText(text: string, width: number): string {
  if (ascii.test(text)) return text.length <= width ? text : `${text.slice(0, width - 1)}…`
  let kept = ''
  let keptWidth = 0
  for (const { segment, index } of segmenter.segment(text)) {
    keptWidth += widthOf(segment)
    const isWhole = keptWidth <= width && index + segment.length === text.length
    if (isWhole) return text
    if (keptWidth > width - 1 && textWidth(text) > width) return `${kept}…`
    kept += segment
  }
  return kept
}

export function padText(text: string, width: number, atStart: boolean): string {
  const padding = ' '.repeat(Math.max(0, width - textWidth(text)))
  return atStart ? padding + text : text + padding
}

const widthOf = (grapheme: string): number => (wide.test(grapheme) ? 2 : invisible.test(grapheme) ? 0 : 1)
