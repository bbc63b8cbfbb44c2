// The job store's database: SQLite in write-ahead mode, every commit on disk before it is answered. It knows rows; what
// they mean is the job service's matter. It blocks, so it lives in a thread of its own.

import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite'
import { createError } from '../../functions/errors.ts'
import { migrations } from './schema.ts'
import type {
  Ending,
  Insertion,
  JobFilter,
  NewJob,
  RetentionLimits,
  StoreCalls,
  StoredJob,
  Swept,
} from './store-calls.ts'

const columns =
  'position, id, owner, status, runs, settings, resource, result_index as resultIndex, result_expires_at as resultExpiresAt, upload'
/** Of one statement; what is left over is next. */
const MAX_SWEPT = 1000

type Row = Record<string, SQLOutputValue>

export class Database implements StoreCalls {
  readonly #db: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  /**
   * Opens a database, makes it if there is none, and brings an older one up to date.
   *
   * @param path - Of its file, or `:memory:`.
   * @throws {ResourceError} `storage_failed`, saying what to do: another process has it open, it is damaged, or of a
   * later version.
   */
  constructor(path: string) {
    let db: DatabaseSync | undefined
    try {
      db = new DatabaseSync(path)
      this.#db = db
      this.#lock()
      this.#migrate(path)
    } catch (error) {
      // Whoever tries again must not find it locked.
      db?.close()
      throw openError(path, error)
    }
  }

  /** Runs calls as one transaction: they are on disk when it returns. */
  transaction<Result>(calls: () => Result): Result {
    this.#db.exec('begin immediate')
    try {
      const result = calls()
      this.#db.exec('commit')
      return result
    } finally {
      // A full disk has rolled back already.
      if (this.#db.isTransaction) this.#db.exec('rollback')
    }
  }

  insert(job: NewJob): Insertion {
    const { idempotency } = job
    if (idempotency !== undefined && this.withKey(job.owner, idempotency.key) !== undefined)
      return { kind: 'key-taken' }
    if (this.#row('select 1 from jobs where id = ?', job.id) !== undefined) return { kind: 'id-taken' }
    const { lastInsertRowid } = this.#run(
      `insert into jobs (id, owner, status, created_at, idempotency_key, fingerprint, settings, document, resource, upload)
       values (?, ?, 'queued', ?, ?, ?, ?, ?, ?, ?)`,
      job.id,
      job.owner,
      job.createdAt,
      idempotency?.key ?? null,
      idempotency?.fingerprint ?? null,
      job.settings,
      job.document ?? null,
      job.resource,
      job.upload ?? null,
    )
    return { kind: 'inserted', position: Number(lastInsertRowid) }
  }

  end(id: string, ending: Ending): void {
    this.#run(
      `update jobs set status = ?, resource = ?, result_index = ?, result_bytes = ?, result_expires_at = ?,
         expires_at = ?, upload_expires_at = ?, events = ?, idempotency_key = iif(?, null, idempotency_key)
       where id = ?`,
      ending.status,
      ending.resource,
      ending.resultIndex ?? null,
      ending.resultBytes,
      ending.resultExpiresAt ?? null,
      ending.expiresAt,
      ending.uploadExpiresAt,
      ending.events,
      ending.releasesKey ? 1 : 0,
      id,
    )
  }

  restart(id: string, resource: string): void {
    this.#run('update jobs set runs = runs + 1, resource = ? where id = ?', resource, id)
  }

  get(id: string): StoredJob | undefined {
    return this.#row(`select ${columns} from jobs where id = ?`, id) as StoredJob | undefined
  }

  withKey(owner: string, key: string): { readonly id: string; readonly fingerprint: Uint8Array } | undefined {
    const sql = 'select id, fingerprint from jobs where owner = ? and idempotency_key = ?'
    return this.#row(sql, owner, key) as { readonly id: string; readonly fingerprint: Uint8Array } | undefined
  }

  documentOf(id: string): Uint8Array | undefined {
    return (this.#row('select document from jobs where id = ?', id)?.document as Uint8Array | null) ?? undefined
  }

  eventsOf(id: string): string {
    return String(this.#row('select events from jobs where id = ?', id)?.events ?? '[]')
  }

  list({ owner, status, since, before, limit }: JobFilter): readonly StoredJob[] {
    const conditions: [text: string, value: string | number | undefined][] = [
      ['owner = ?', owner],
      ['status = ?', status],
      ['created_at >= ?', since],
      ['position < ?', before],
    ]
    const given = conditions.filter(([, value]) => value !== undefined)
    const where = given.length === 0 ? '' : `where ${given.map(([text]) => text).join(' and ')}`
    return this.#rows(
      `select ${columns} from jobs ${where} order by position desc limit ?`,
      ...given.map(([, value]) => value as string | number),
      limit,
    ) as unknown as readonly StoredJob[]
  }

  unfinished(): readonly StoredJob[] {
    return this.#rows(
      `select ${columns} from jobs where expires_at is null order by position`,
    ) as unknown as readonly StoredJob[]
  }

  idsWithResult(): readonly string[] {
    return this.#rows('select id from jobs where result_index is not null').map(({ id }) => String(id))
  }

  uploads(): readonly string[] {
    return this.#rows('select distinct upload from jobs where upload is not null').map(({ upload }) => String(upload))
  }

  releaseUpload(id: string): string | undefined {
    return this.#releaseUploads('id = ?', id)[0]
  }

  sweep(now: number, drift: number, limits: RetentionLimits): Swept {
    this.#followClock(now, drift)
    const old = this.#rows('select id from jobs where result_expires_at <= ? limit ?', now, MAX_SWEPT)
    const large = this.#rows(
      `select id from (
         select id, sum(result_bytes) over (order by position desc) as total from jobs where result_index is not null
       ) where total > ? limit ?`,
      limits.maxResultBytes,
      MAX_SWEPT,
    )
    const many = this.#rows(
      `select id from jobs where expires_at <= ?1 or (expires_at is not null and position <= (
         select position from jobs where expires_at is not null order by position desc limit 1 offset ?2
       )) limit ?3`,
      now,
      limits.maxJobs,
      MAX_SWEPT,
    )
    for (const { id } of [...old, ...large]) this.dropResult(String(id))
    const uploads = this.#releaseUploads('upload_expires_at <= ?', now)
    for (const { id } of many) {
      uploads.push(...this.#releaseUploads('id = ?', id as string))
      this.#run('delete from jobs where id = ?', id as string)
    }
    return { results: [...new Set([...old, ...large, ...many].map(({ id }) => String(id)))], uploads }
  }

  /** Some jobs need their uploads no longer. Returns the ids of those that no other job needs. */
  #releaseUploads(which: string, value: SQLInputValue): string[] {
    const released = this.#rows(`select distinct upload from jobs where upload is not null and ${which}`, value)
    this.#run(`update jobs set upload = null where upload is not null and ${which}`, value)
    return released
      .map(({ upload }) => String(upload))
      .filter((upload) => this.#row('select 1 from jobs where upload = ?', upload) === undefined)
  }

  dropResult(id: string): void {
    this.#run('update jobs set result_index = null, result_bytes = 0, result_expires_at = null where id = ?', id)
  }

  close(): void {
    this.#db.close()
  }

  /**
   * Times to come are moved along with the clock, so that setting it neither deletes anything nor keeps it for ever.
   * What it was set back by while no server ran shows in the time that was seen last.
   */
  #followClock(now: number, drift: number): void {
    const seenAt = Number(this.#row('select seen_at from clock')?.seen_at ?? now)
    const shift = drift !== 0 ? drift : Math.min(0, now - seenAt)
    if (shift !== 0) {
      this.#run(
        `update jobs set expires_at = expires_at + ?1, result_expires_at = result_expires_at + ?1,
           upload_expires_at = upload_expires_at + ?1 where expires_at is not null`,
        shift,
      )
    }
    this.#run('delete from clock')
    this.#run('insert into clock values (?)', now)
  }

  /** Held until the process ends, however it ends. */
  #lock(): void {
    this.#db.exec('pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = full')
    this.#db.exec('begin exclusive; commit')
  }

  #migrate(path: string): void {
    const [check] = Object.values(this.#db.prepare('pragma quick_check(1)').get() ?? {})
    // The finding comes after a line that says which database it is about.
    if (check !== 'ok') throw damaged(path, String(check).split('\n').at(-1) ?? '')
    const [version] = Object.values(this.#db.prepare('pragma user_version').get() ?? {})
    if (Number(version) > migrations.length) {
      throw createError(
        'storage_failed',
        `Cannot use the job store "${path}": a later version of Volley has written it; use that one, or another state directory`,
      )
    }
    for (let next = Number(version); next < migrations.length; next++) {
      this.transaction(() => this.#db.exec(`${migrations[next]}; pragma user_version = ${next + 1}`))
    }
  }

  #run(sql: string, ...values: SQLInputValue[]) {
    return this.#prepared(sql).run(...values)
  }

  #row(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#prepared(sql).get(...values)
  }

  #rows(sql: string, ...values: SQLInputValue[]): readonly Row[] {
    return this.#prepared(sql).all(...values)
  }

  #prepared(sql: string): StatementSync {
    const statement = this.#statements.get(sql) ?? this.#db.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }
}

/** SQLite's result codes that have a way out of their own. */
const BUSY = 5
const IO_ERROR = 10
const CORRUPT = 11
const FULL = 13
const NOT_A_DATABASE = 26

const primaryCode = (error: unknown): number => ((error as { readonly errcode?: number }).errcode ?? 0) & 0xff

function openError(path: string, error: unknown): unknown {
  const code = primaryCode(error)
  if (code === CORRUPT || code === NOT_A_DATABASE) return damaged(path, (error as Error).message)
  if (code === BUSY) {
    return createError(
      'storage_failed',
      `Cannot use the job store "${path}": another server has it open; stop that one, or choose another state directory`,
      { cause: error },
    )
  }
  return code === 0 ? error : callError(error)
}

function damaged(path: string, why: string) {
  return createError(
    'storage_failed',
    `Cannot use the job store "${path}": it is damaged (${why}); restore it from a backup, or move it away to begin with an empty one`,
  )
}

/** What a failed call or transaction means to whoever asked. */
export function callError(error: unknown): unknown {
  const code = primaryCode(error)
  if (code === FULL || code === IO_ERROR) {
    return createError(
      'storage_failed',
      `Cannot write to the job store: ${(error as Error).message}; make room where the state directory is`,
      { cause: error },
    )
  }
  return error
}
