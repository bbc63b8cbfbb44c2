// The tables of the job store, as the steps that lead to them. A database says with `user_version` how many it has
// taken; a step that has been released never changes, new ones are added at the end.

/** One after the other, each in a transaction. */
export const migrations: readonly string[] = [
  `create table jobs (
     position integer primary key autoincrement,
     id text not null unique,
     owner text not null,
     status text not null,
     created_at integer not null,
     expires_at integer,
     result_expires_at integer,
     result_bytes integer not null default 0,
     runs integer not null default 1,
     idempotency_key text,
     fingerprint blob,
     settings text not null,
     document blob,
     resource text not null,
     result_index text,
     events text not null default '[]'
   ) strict;
   create unique index jobs_by_key on jobs (owner, idempotency_key) where idempotency_key is not null;
   create index jobs_by_owner on jobs (owner, position);
   create index jobs_by_status on jobs (status, position);
   create index jobs_by_expiry on jobs (expires_at) where expires_at is not null;
   create index jobs_by_result_expiry on jobs (result_expires_at) where result_expires_at is not null;
   create table clock (seen_at integer not null) strict;`,
  `alter table jobs add column upload text;
   alter table jobs add column upload_expires_at integer;
   create index jobs_by_upload on jobs (upload) where upload is not null;`,
]
