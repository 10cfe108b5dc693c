-- How long the records of each group are kept, as someone confirmed it.
create table keeper_schedule (
  programme text not null,
  kind text not null,
  months bigint not null,
  basis text not null,
  actor text not null,
  confirmed_at bigint not null,
  version bigint not null,
  primary key (programme, kind)
);
-- What is kept longer than that, and why.
create table keeper_keep (
  programme text not null,
  kind text not null,
  record text not null,
  until_day text not null,
  why text not null,
  actor text not null,
  at bigint not null,
  primary key (programme, kind, record)
);
-- How many were due when the job last counted.
create table keeper_waiting (
  programme text not null,
  kind text not null,
  n bigint not null,
  counted_at bigint not null,
  primary key (programme, kind)
);
-- What was disposed of: how many, when, by whom and under which rule; nothing of what it was.
create table keeper_disposal (
  programme text not null,
  id text not null,
  kind text not null,
  n bigint not null,
  months bigint not null,
  basis text not null,
  actor text not null,
  at bigint not null,
  primary key (programme, id)
);
