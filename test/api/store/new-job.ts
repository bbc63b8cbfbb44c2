import type { NewJob } from '../../../api/store/store-calls.ts'

/** A job as the store gets it, with as little as possible. */
export function newJob(id: string, more: Partial<NewJob> = {}): NewJob {
  return { id, owner: 'ann', createdAt: 1_700_000_000_000, settings: '{}', resource: `{"id":"${id}"}`, ...more }
}
