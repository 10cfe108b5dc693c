-- Archives that were made: who took a copy of the programme out, when, and what it holds.
-- One that left before an erasure still holds what was erased, so it is listed there.
create table keeper_archive (
  programme text not null,
  id text not null,
  actor text not null,
  why text not null,
  state text not null,
  file text not null,
  size bigint not null,
  hash text not null,
  records bigint not null,
  done bigint not null,
  total bigint not null,
  at bigint not null,
  ended_at bigint not null,
  primary key (programme, id)
);
-- What was erased, without a word of it: replayed before a restored database serves.
create table keeper_erasure (
  programme text not null,
  record text not null,
  kind text not null,
  at bigint not null,
  primary key (programme, record)
);
create index keeper_erasure_at on keeper_erasure (programme, at);
-- Backups that hold this programme, so that a page can say until when what was erased could be read in one.
create table keeper_backup (
  programme text not null,
  id text not null,
  at bigint not null,
  until bigint not null,
  state text not null,
  rows_kept bigint not null,
  size bigint not null,
  proved_at bigint not null,
  proved text not null,
  primary key (programme, id)
);
create index keeper_backup_at on keeper_backup (programme, at);
