// Begins to write to the path it is given, says so, and waits to be killed.

import { Output } from '../../../runtime/sink/output.ts'

const [, , path = ''] = process.argv
const output = await Output.to({ kind: 'csv', path }, [])
await output.begin()
process.send?.('begun')
setInterval(() => {}, 60_000)
