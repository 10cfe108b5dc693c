create table consent_withdrawal (
  programme text not null,
  id text not null,
  record text not null,
  use text not null,
  kept text not null,
  told text not null,
  taken_by text not null,
  at bigint not null,
  undo_until bigint not null,
  erase_at bigint not null,
  erased_at bigint not null,
  closed_at bigint not null,
  primary key (programme, id, record),
  foreign key (programme, record) references ref_record (programme, id) on delete cascade
);
create index consent_withdrawal_record on consent_withdrawal (programme, record);
create index consent_withdrawal_due on consent_withdrawal (closed_at, erase_at);
create table consent_watch (
  programme text not null,
  ended_until bigint not null,
  primary key (programme)
);
