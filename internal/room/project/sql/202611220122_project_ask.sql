create table project_question (
  programme text not null,
  project text not null,
  version bigint not null,
  id text not null,
  words text not null,
  why text not null,
  actor text not null,
  at bigint not null,
  primary key (programme, project, version),
  foreign key (programme, id) references ref_record (programme, id),
  foreign key (programme, project) references project_detail (programme, id)
);
create table project_ask (
  programme text not null,
  id text not null,
  project text not null,
  team text not null,
  what text not null,
  owner text not null,
  by_day text not null,
  state text not null,
  why text not null,
  version bigint not null,
  primary key (programme, id),
  foreign key (programme, id) references ref_record (programme, id),
  foreign key (programme, project) references project_detail (programme, id)
);
create index project_ask_project on project_ask (programme, project, state, by_day);
create table project_ask_step (
  programme text not null,
  ask text not null,
  version bigint not null,
  what text not null,
  owner text not null,
  by_day text not null,
  state text not null,
  why text not null,
  actor text not null,
  at bigint not null,
  primary key (programme, ask, version),
  foreign key (programme, ask) references project_ask (programme, id)
);
