// How often an owner may ask, in a time that passes when it is told to.

import { test } from 'tap'
import { RateLimiter } from '../../../api/admission/rate-limiter.ts'

test('a burst goes through at once, then as many as the rate gives', async (t) => {
  let now = 0
  const limiter = new RateLimiter({ requestsPerSecond: 2, burst: 3 }, () => now)
  t.match(limiter.take('ann'), { 'ratelimit-policy': '"requests";q=3;w=2', ratelimit: '"requests";r=2;t=1' })
  limiter.take('ann')
  t.match(limiter.take('ann'), { ratelimit: '"requests";r=0;t=2' })
  const refused = { code: 'rate_limited', headers: { 'retry-after': '1', ratelimit: '"requests";r=0;t=2' } }
  t.throws(() => limiter.take('ann'), refused)
  t.doesNotThrow(() => limiter.take('bob'), 'each owner has a bucket of its own')
  now += 499
  t.throws(() => limiter.take('ann'), refused)
  now += 1
  t.doesNotThrow(() => limiter.take('ann'))
  t.throws(() => limiter.take('ann'), refused)
  now += 3_600_000
  for (let i = 0; i < 3; i++) limiter.take('ann')
  t.throws(() => limiter.take('ann'), refused, 'a pause saves up no more than a burst')
})

test('many owners do not make it grow: those forgotten begin anew', async (t) => {
  const limiter = new RateLimiter({ requestsPerSecond: 0.001, burst: 1 }, () => 0)
  limiter.take('first')
  t.throws(() => limiter.take('first'), { code: 'rate_limited', headers: { 'retry-after': '1000' } })
  for (let i = 0; i < 10_000; i++) limiter.take(`${i}`)
  t.doesNotThrow(() => limiter.take('first'))
})
