// The shape of one JSON value, put together while it is scanned. Of two members of one name the last counts, as it does
// for those who read the values.

import type { DataType } from '../../../functions/types/type.ts'
import { MixedTypesError, SeenType, type Shape } from './infer.ts'
import type { JsonHandler } from './scan.ts'

/** As deep as types may be nested in tasks. */
const mostDepth = 64

/** An object or list whose end has not come yet. */
type Open =
  | { readonly fields: Map<string, Shape>; name: string }
  | { readonly items: SeenType; problem: MixedTypesError | undefined }

export class ShapeHandler implements JsonHandler {
  /** That of the whole value, once it has been scanned. */
  shape: Shape
  readonly #open: Open[] = []
  /** How many objects and lists are open beyond those that types may have. */
  #tooDeep = 0
  readonly #onMember: (members: number) => void

  /** @param onMember - Is told how many members an object has, as they come. */
  constructor(onMember: (members: number) => void) {
    this.#onMember = onMember
  }

  openObject(): void {
    if (this.#open.length > mostDepth) this.#tooDeep++
    else this.#open.push({ fields: new Map(), name: '' })
  }

  openList(): void {
    if (this.#open.length > mostDepth) this.#tooDeep++
    else this.#open.push({ items: new SeenType(() => {}), problem: undefined })
  }

  name(name: string): void {
    const innermost = this.#open.at(-1)
    if (this.#tooDeep === 0 && innermost !== undefined && 'fields' in innermost) innermost.name = name
  }

  scalar(type: DataType | undefined): void {
    if (this.#tooDeep === 0) this.#put(type)
  }

  close(): void {
    if (this.#tooDeep > 0) {
      this.#tooDeep--
      if (this.#tooDeep === 0) this.#put(undefined)
      return
    }
    const closed = this.#open.pop()
    if (closed === undefined) return
    this.#put('fields' in closed ? closed.fields : (closed.problem ?? closed))
  }

  /** Puts a shape into what it stands in. */
  #put(shape: Shape): void {
    const innermost = this.#open.at(-1)
    const own = this.#open.length > mostDepth ? new MixedTypesError(`nested more than ${mostDepth} deep`) : shape
    if (innermost === undefined) this.shape = own
    else if ('fields' in innermost) {
      innermost.fields.set(innermost.name, own)
      this.#onMember(innermost.fields.size)
    } else if (innermost.problem === undefined) {
      try {
        innermost.items.add(own)
      } catch (error) {
        if (!(error instanceof MixedTypesError)) throw error
        innermost.problem = error
      }
    }
  }
}
