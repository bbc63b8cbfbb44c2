// Random jobs over HTTP, for a moment; `npm run fuzz:jobs` sends many more.

import t from 'tap'
import { fuzzJobs } from '../fuzz/fuzz-jobs.ts'

t.test(
  'random jobs are answered by a result or a coded error that is not our fault',
  { timeout: 240_000 },
  async (t) => {
    const { jobs, answers, failures } = await fuzzJobs(1, 400)
    t.strictSame(failures, [])
    t.equal(jobs, 400)
    t.ok((answers.get('200') ?? 0) > 40, 'jobs that run')
    t.ok((answers.get('400 type_mismatch') ?? 0) > 40, 'jobs that are refused')
  },
)
