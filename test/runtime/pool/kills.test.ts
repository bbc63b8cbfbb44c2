// Real processes, killed at random: the pool's promise, held against the system.

import { test } from 'tap'
import { killWorkers } from '../../fuzz/kill-workers.ts'

test('a pool whose workers are killed at random ends every task and serves afterwards', {
  timeout: 240_000,
}, async (t) => {
  const { kills, done, failed, after, idle } = await killWorkers(4000, 80)
  t.ok(kills > 0, `${kills} kills`)
  t.comment(`${done} tasks done meanwhile`)
  const { worker_lost = 0, ...others } = failed
  t.ok(worker_lost <= kills, `${worker_lost} tasks lost`)
  t.strictSame(others, {})
  t.strictSame([after, idle], [10, 2])
})
