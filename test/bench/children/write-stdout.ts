// Writes as many bytes to its stdout as its argument says, as fast as Node's streams take them.

import { once } from 'node:events'

const buffer = Buffer.alloc(256 * 1024, 7)
for (let left = Number(process.argv[2]); left > 0; left -= buffer.length) {
  if (!process.stdout.write(buffer.subarray(0, left))) await once(process.stdout, 'drain')
}
