// How large a server lets V8's young generation grow. At its smallest, which volley.js holds it to, it is full after two or
// three small jobs: all others that are under way are copied each time, and a fifth of the server's time goes there. As
// large as V8 would make it, it lets hundreds of result buffers wait for their collection. V8 takes sizes only when a
// process starts, but how fast it grows at any time.

import { PerformanceObserver } from 'node:perf_hooks'
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

/** Both halves together. */
const WANTED_BYTES = 8 * 1024 * 1024

const growBy = (factor: number): void => setFlagsFromString(`--semi-space-growth-factor=${factor}`)

/** Lets it grow to 8 MiB when there is work, again after V8 has made it smaller, and no further. */
export function holdYoungGeneration(): Disposable {
  let isGrowing = true
  growBy(4)
  const observer = new PerformanceObserver(() => {
    const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')
    const isSmall = (space?.space_size ?? WANTED_BYTES) < WANTED_BYTES
    if (isSmall !== isGrowing) growBy(isSmall ? 4 : 1)
    isGrowing = isSmall
  })
  observer.observe({ entryTypes: ['gc'] })
  return { [Symbol.dispose]: () => observer.disconnect() }
}
