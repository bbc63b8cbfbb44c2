// A custom window function: sessions. A visitor's clicks belong to one session until there is a pause. The evaluator gets
// all rows of a window partition at once, in order, and gives a value per row; a built-in stands beside it.

import { col, functions as f, float64, int64, SessionContext, udwf } from 'volley'

const pauseMinutes = 30

class Session {
  evaluateAll([minutes]: [(number | null)[]]): bigint[] {
    let session = 1n
    let last: number | null = null
    return minutes.map((minute) => {
      if (minute !== null && last !== null && minute - last > pauseMinutes) session++
      last = minute ?? last
      return session
    })
  }
}

const session = udwf(Session, [float64], int64, { name: 'session' })

await using ctx = new SessionContext({ workers: 2 })
ctx.registerUdwf(session)

const clicks = ctx.fromColumns({
  visitor: ['ann', 'bob', 'ann', 'ann', 'bob', 'ann', 'bob'],
  minute: [100, 5, 0, 20, 90, 110, 60],
})

const window = { partitionBy: [col('visitor')], orderBy: [col('minute')] }
const rows = await clicks
  .withColumns({ session: session(col('minute')).over(window), click: f.rowNumber().over(window) })
  .sort('visitor', 'minute')
  .toRows()
for (const { visitor, minute, session, click } of rows) {
  console.log(`${visitor}  minute ${String(minute).padStart(3)}  session ${session}  click ${click}`)
}

// The same in SQL text: its name is registered.
const sessions = clicks
  .withColumn('session', 'session(minute) over (partition by visitor order by minute)')
  .aggregate(['visitor'], ['max(session) as sessions'])
  .sort('visitor')
for (const { visitor, sessions: count } of await sessions.toRows()) console.log(`${visitor} came ${count} times`)
