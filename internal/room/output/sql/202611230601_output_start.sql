create table output_run (
  programme text not null,
  id text not null,
  project text not null,
  state text not null,
  total bigint not null,
  done bigint not null,
  last_person text not null,
  began_by text not null,
  began_at bigint not null,
  changed_at bigint not null,
  primary key (programme, id),
  foreign key (programme, project) references ref_record (programme, id) on delete cascade
);
create index output_run_project on output_run (programme, project, began_at);
create table output_letter (
  programme text not null,
  id text not null,
  project text not null,
  person text not null,
  number bigint not null,
  run text not null,
  format text not null,
  language text not null,
  how text not null,
  state text not null,
  why text not null,
  owing bigint not null,
  plain bigint not null,
  long bigint not null,
  missing text not null,
  held_why text not null,
  held_by text not null,
  body text not null,
  made_at bigint not null,
  released_by text not null,
  released_at bigint not null,
  handed_by text not null,
  handed_on text not null,
  version bigint not null,
  primary key (programme, id),
  foreign key (programme, id) references ref_record (programme, id) on delete cascade
);
create unique index output_letter_person on output_letter (programme, project, person, number);
create index output_letter_state on output_letter (programme, project, state);
create index output_letter_whose on output_letter (programme, person);
create table output_told (
  programme text not null,
  letter text not null,
  record text not null,
  primary key (programme, letter, record),
  foreign key (programme, letter) references output_letter (programme, id) on delete cascade,
  foreign key (programme, record) references ref_record (programme, id) on delete cascade
);
create index output_told_record on output_told (programme, record);
create table output_taken (
  programme text not null,
  record text not null,
  at bigint not null,
  primary key (programme, record),
  foreign key (programme, record) references ref_record (programme, id) on delete cascade
);
