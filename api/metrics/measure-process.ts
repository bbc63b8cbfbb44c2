// The metrics of the process itself: what it takes of the machine, and whether its event loop keeps up.

import { monitorEventLoopDelay } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import { version } from '../version.ts'
import type { Metrics } from './definitions.ts'

const RESOLUTION_MS = 10

/** Measures until it is disposed of. */
export function measureProcess(metrics: Metrics): Disposable {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delay.enable()
  metrics.onRead('eventLoopDelay', () => {
    // What it measures has the interval in it.
    const seconds = (ns: number): number => Math.max(0, ns / 1e9 - RESOLUTION_MS / 1000)
    const samples = [
      [seconds(delay.percentile(50)), '0.5'],
      [seconds(delay.percentile(99)), '0.99'],
      [seconds(delay.max), '1'],
    ] as const
    delay.reset()
    return samples
  })
  metrics.onRead('buildInfo', () => [[1, version(), process.version]])
  metrics.onRead('heapBytes', () => {
    const { used_heap_size, heap_size_limit } = getHeapStatistics()
    return [
      [used_heap_size, 'used'],
      [heap_size_limit, 'limit'],
    ]
  })
  metrics.onRead('cpuSeconds', () => {
    const { user, system } = process.cpuUsage()
    return [[(user + system) / 1e6]]
  })
  metrics.onRead('residentBytes', () => [[process.memoryUsage.rss()]])
  metrics.onRead('startTime', () => [[performance.timeOrigin / 1000]])
  return { [Symbol.dispose]: () => delay.disable() }
}
