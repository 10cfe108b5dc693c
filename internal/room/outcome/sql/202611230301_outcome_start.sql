create table outcome_outcome (
  programme text not null,
  id text not null,
  sort text not null,
  title text not null,
  words text not null,
  plainly text not null,
  shows text not null,
  document text not null,
  page text not null,
  link text not null,
  happened_on text not null,
  language text not null,
  why text not null,
  made_at bigint not null,
  version bigint not null,
  primary key (programme, id),
  foreign key (programme, id) references ref_record (programme, id) on delete cascade
);
