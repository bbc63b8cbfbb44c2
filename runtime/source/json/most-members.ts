// How many members the largest object of a JSON text has, before anything is made of it: parsing a line of too many columns
// would take the time that refusing it saves. Looks at brackets, commas and the ends of strings; whether it is JSON is for
// the parser to say.

const quote = 34
const comma = 44
const backslash = 92
const [openList, closeList, openObject, closeObject] = [91, 93, 123, 125]

/** Whether an object in `text` has more than `limit` members. */
export function hasMoreMembers(text: string, limit: number): boolean {
  /** Members of the objects around the position; undefined for lists. */
  const members: (number | undefined)[] = []
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case quote:
        at = endOfString(text, at)
        break
      case comma: {
        const count = members.at(-1)
        if (count === undefined) break
        if (count + 1 > limit) return true
        members[members.length - 1] = count + 1
        break
      }
      case openObject:
        members.push(1)
        break
      case openList:
        members.push(undefined)
        break
      case closeObject:
      case closeList:
        members.pop()
        break
    }
  }
  return false
}

/** The position of the quote that ends the string which begins at `start`. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let before = end - 1
    while (text.charCodeAt(before) === backslash) before -= 1
    if ((end - before) % 2 === 1) return end
  }
  return text.length
}
