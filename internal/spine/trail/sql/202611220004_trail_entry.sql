create table trail_entry (
  programme text not null,
  id text not null,
  at bigint not null,
  actor text not null,
  verb text not null,
  ref_kind text not null,
  ref text not null,
  version bigint not null,
  commitment text not null,
  primary key (programme, id)
);
create index trail_entry_ref on trail_entry (programme, ref, at);
create table trail_body (
  programme text not null,
  id text not null,
  salt text not null,
  body text not null,
  primary key (programme, id)
);
create table trail_link (
  programme text not null,
  seq bigint not null,
  entry text not null,
  chain text not null,
  primary key (programme, seq)
);
create unique index trail_link_entry on trail_link (programme, entry);
create table trail_key (
  programme text not null,
  actor text not null,
  key text not null,
  digest text not null,
  result text not null,
  at bigint not null,
  primary key (programme, actor, key)
);
