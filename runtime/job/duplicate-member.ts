// The member that a JSON text names twice in one object. JSON.parse keeps the last and says nothing: a job would run with
// half of what was written. One pass over a text that is known to be JSON, without building anything of it.

import { below } from './json-checks.ts'

/** Where the walk is: in an object with its names so far, or in an array with its index. */
interface Level {
  readonly names?: Set<string>
  key: string | number
}

/** The pointer of the first member that its object has already; undefined when there is none. */
export function duplicateMember(text: string): string | undefined {
  const levels: Level[] = []
  let isName = false
  for (let i = 0; i < text.length; i++) {
    const level = levels.at(-1)
    switch (text[i]) {
      case '{':
        levels.push({ names: new Set(), key: '' })
        isName = true
        break
      case '[':
        levels.push({ key: 0 })
        isName = false
        break
      case '}':
      case ']':
        levels.pop()
        isName = false
        break
      case ',':
        isName = level?.names !== undefined
        if (typeof level?.key === 'number') level.key += 1
        break
      case '"': {
        const end = endOfString(text, i)
        if (isName && level?.names !== undefined) {
          level.key = nameAt(text, i, end)
          if (level.names.has(level.key)) return levels.reduce((pointer, { key }) => below(pointer, key), '')
          level.names.add(level.key)
          isName = false
        }
        i = end
      }
    }
  }
  return undefined
}

/** The quote that ends a string: the first one with an even number of backslashes before it. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let before = end - 1
    while (text[before] === '\\') before -= 1
    if ((end - before) % 2 === 1) return end
  }
}

function nameAt(text: string, start: number, end: number): string {
  const name = text.slice(start + 1, end)
  return name.includes('\\') ? JSON.parse(`"${name}"`) : name
}
