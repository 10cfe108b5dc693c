-- Proofs that someone asked for on the page: how far each is, and what it found.
create table keeper_check (
  programme text not null,
  id text not null,
  actor text not null,
  quick bigint not null,
  state text not null,
  done bigint not null,
  total bigint not null,
  doing text not null,
  result text not null,
  at bigint not null,
  changed_at bigint not null,
  primary key (programme, id)
);
