// Tables of another version of apache-arrow come in by their data.

import * as other from 'other-arrow'
import { col, SessionContext } from 'volley'

const ctx = new SessionContext({ workers: 1 })
const theirs = other.tableFromArrays({ a: Int32Array.of(1, 2, 3) })
const rows = await ctx.fromArrow(theirs).filter(col('a').gt(1)).toRows()
await ctx.close()
console.log(JSON.stringify({ rows }))
