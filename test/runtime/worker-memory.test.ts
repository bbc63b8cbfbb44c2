// A worker's memory while it reads a file: it must not grow with the number of row groups.

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { col, type DataFrame, functions as f, float64, SessionContext, udf } from 'volley'

t.setTimeout(240_000)

const flights = fileURLToPath(new URL('../../node_modules/vega-datasets/data/flights-3m.parquet', import.meta.url))
const skip = process.platform === 'linux' ? false : 'peak memory is read from /proc'

/** The peak of a fresh worker's resident memory over one job in one partition, in MiB. */
async function peakOf(
  job: (df: DataFrame) => DataFrame,
): Promise<{ readonly peakMb: number; readonly rowsRead: number }> {
  await using ctx = new SessionContext({ workers: 1 })
  const { stream, done } = await job(ctx.readParquet(flights)).run({ partitions: 1 })
  for await (const _ of stream);
  const { pids, rowsRead } = await done
  const status = readFileSync(`/proc/${pids[0]}/status`, 'utf8')
  return { peakMb: Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024, rowsRead }
}

t.test(
  'a worker that reads eleven row groups needs hardly more memory than one that reads two',
  { skip },
  async (t) => {
    const hours = udf((minutes: number) => minutes / 60, [float64], float64, { name: 'hours' })
    const few = await peakOf((df) => df.withColumn('hours', hours(col('delay'))).limit(400_000))
    const all = await peakOf((df) => df.aggregate(['origin', 'destination'], [f.sum(hours(col('delay'))).alias('h')]))
    t.ok(few.rowsRead < 600_000, `${few.rowsRead} rows read of 3,000,000`)
    t.equal(all.rowsRead, 3_000_000)
    t.ok(all.peakMb < few.peakMb * 1.5, `${all.peakMb.toFixed(0)} MiB against ${few.peakMb.toFixed(0)} MiB`)
  },
)
