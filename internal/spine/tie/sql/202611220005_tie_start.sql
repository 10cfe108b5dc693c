create table tie (
  programme text not null,
  id text not null,
  from_kind text not null,
  from_id text not null,
  to_kind text not null,
  to_id text not null,
  stance text not null,
  reason text not null,
  author text not null,
  at bigint not null,
  version bigint not null,
  primary key (programme, id),
  foreign key (programme, from_id) references ref_record (programme, id) on delete cascade,
  foreign key (programme, to_id) references ref_record (programme, id) on delete cascade
);
create unique index tie_pair on tie (programme, from_id, to_id, stance);
create index tie_to on tie (programme, to_id);
