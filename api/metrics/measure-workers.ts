// The metrics of the workers, where they are those of a pool.

import type { PoolStats } from '../../runtime/pool/pool.ts'
import type { MetricName, Metrics } from './definitions.ts'
import type { Sample } from './registry.ts'

/** @param statsOf - Undefined where there are no workers, or none yet. */
export function measureWorkers(metrics: Metrics, statsOf: () => PoolStats | undefined): void {
  const onStats = (name: MetricName, read: (stats: PoolStats) => readonly Sample[]): void =>
    metrics.onRead(name, () => {
      const stats = statsOf()
      return stats === undefined ? [] : read(stats)
    })
  onStats('workers', ({ idle, busy, starting, actors }) => [
    [idle, 'idle'],
    [busy, 'busy'],
    [starting, 'starting'],
    [actors, 'actor'],
  ])
  onStats('workersStarted', ({ started }) => [[started]])
  onStats('workersLost', ({ losses }) => Object.entries(losses).map(([kind, count]) => [count, kind]))
  onStats('tasksQueued', ({ queued }) => [[queued]])
}
