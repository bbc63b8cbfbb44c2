// What is no Arrow data, and must not compile as such.

import * as arrow18 from 'arrow-18'
import { convertArrow, SessionContext } from 'volley'

const ctx = new SessionContext()
// @ts-expect-error: a number is no table
ctx.fromArrow(5)
// @ts-expect-error: an object of columns goes to fromColumns
ctx.fromArrow({ a: [1] })
// @ts-expect-error: texts are no bytes
ctx.fromArrow('data.arrow')
// @ts-expect-error: a column is a list of values
ctx.fromColumns({ a: 5 })
// @ts-expect-error: a class is no module
new SessionContext({ arrow: arrow18.Table })
// @ts-expect-error: the table is of the copy that was given
const table: number = await ctx.fromRows([]).collect({ arrow: arrow18 })
// @ts-expect-error: there are two formats
await ctx.fromRows([]).toIPC({ format: 'feather' })
// @ts-expect-error: the copy is missing
convertArrow(table)
