create table people_mix (
  programme text not null,
  project text not null,
  what text not null,
  value text not null,
  planned bigint not null,
  primary key (programme, project, what, value),
  foreign key (programme, project) references ref_record (programme, id) on delete cascade
);
create table people_trait (
  programme text not null,
  person text not null,
  what text not null,
  value text not null,
  primary key (programme, person, what),
  foreign key (programme, person) references people_person (programme, id) on delete cascade
);
