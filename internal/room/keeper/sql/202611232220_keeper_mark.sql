-- What is said of the installation itself, under the programme '': that it is being
-- restored, is being moved or was moved away, so that it is not served meanwhile.
create table keeper_mark (
  programme text not null,
  name text not null,
  value text not null,
  at bigint not null,
  primary key (programme, name)
);
alter table keeper_erasure add column apart boolean not null default false;
create index keeper_erasure_apart on keeper_erasure (apart, at);
alter table keeper_backup add column seconds bigint not null default 0;
alter table keeper_backup add column why text not null default '';
