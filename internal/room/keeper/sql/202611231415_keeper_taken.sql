-- What people took back, stopped or took away, as it stands now, without a word of it: done again in a restored database.
create table keeper_taken (
  programme text not null,
  what text not null,
  record text not null,
  kind text not null,
  value text not null,
  turn bigint not null,
  at bigint not null,
  apart boolean not null,
  primary key (programme, what, record)
);
create index keeper_taken_apart on keeper_taken (apart, at);
