// now() and its kin are one value per job, whichever task or stage they stand in.

import t from 'tap'
import { functions as f } from '../../../functions/index.ts'
import { withStableValues } from '../../../runtime/plan/stable.ts'
import type { ProgramOp } from '../../../runtime/program/program.ts'
import { atOnce } from '../../../runtime/turns/turns.ts'

/** 2024-02-29T23:59:59.999Z. */
const submittedAt = 1_709_251_199_999

t.test('functions of the time speak of the instant at which the job was submitted', (t) => {
  const project: ProgramOp = {
    op: 'project',
    columns: [
      { name: 'now', node: f.now().node },
      { name: 'date', node: f.currentDate().node },
      { name: 'time', node: f.upper(f.currentTime()).node },
    ],
  }
  const filter: ProgramOp = { op: 'filter', condition: f.now().eq(f.now()).node }
  const now = { kind: 'literal', type: { kind: 'timestamp', unit: 'ns' }, value: 1_709_251_199_999_000_000n }
  t.match(atOnce(withStableValues([project, filter], submittedAt)), [
    {
      columns: [
        { node: now },
        { node: { kind: 'literal', type: { kind: 'date32' }, value: 19_782 } },
        { node: { args: [{ kind: 'literal', type: { kind: 'time64', unit: 'ns' }, value: 86_399_999_000_000n }] } },
      ],
    },
    { condition: { left: now, right: now } },
  ])
  t.end()
})
