create table ref_record (
  programme text not null,
  id text not null,
  kind text not null,
  project text not null,
  site text not null,
  person text not null,
  title text not null,
  strand text not null,
  state text not null,
  fate text not null,
  until bigint not null,
  version bigint not null,
  changed_at bigint not null,
  stale_since bigint not null,
  primary key (programme, id)
);
create index ref_record_list on ref_record (programme, project, kind, changed_at);
create index ref_record_kind on ref_record (programme, kind, changed_at);
create index ref_record_person on ref_record (programme, person, kind);
create index ref_record_id on ref_record (id);
create table ref_count (
  programme text not null,
  project text not null,
  site text not null,
  kind text not null,
  strand text not null,
  fate text not null,
  until_at bigint not null,
  n bigint not null
);
create index ref_count_project on ref_count (programme, project, until_at);
