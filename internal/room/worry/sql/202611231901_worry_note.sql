create table worry_note (
  programme text not null,
  id text not null,
  project text not null,
  site text not null,
  about text not null,
  words text not null,
  by_actor text not null,
  person text not null,
  at bigint not null,
  state text not null,
  own bigint not null,
  version bigint not null,
  primary key (programme, id)
);
create index worry_note_project on worry_note (programme, project, id);
create index worry_note_by on worry_note (programme, by_actor, id);
create table worry_step (
  programme text not null,
  note text not null,
  n bigint not null,
  kind text not null,
  on_day text not null,
  words text not null,
  by_actor text not null,
  at bigint not null,
  primary key (programme, note, n),
  foreign key (programme, note) references worry_note (programme, id)
);
create table worry_letter (
  programme text not null,
  id text not null,
  note text not null,
  account text not null,
  sent_at bigint not null,
  primary key (programme, id),
  foreign key (programme, note) references worry_note (programme, id)
);
create index worry_letter_note on worry_letter (programme, note);
