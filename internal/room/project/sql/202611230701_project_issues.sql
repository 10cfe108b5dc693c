create table project_issues (
  programme text not null,
  project text not null,
  version bigint not null,
  problem text not null,
  agrees text not null,
  differs text not null,
  readiness text not null,
  actor text not null,
  at bigint not null,
  primary key (programme, project, version),
  foreign key (programme, project) references project_detail (programme, id)
);
create table project_point (
  programme text not null,
  id text not null,
  project text not null,
  sort text not null,
  what text not null,
  for_whom text not null,
  when_words text not null,
  why text not null,
  version bigint not null,
  primary key (programme, id),
  foreign key (programme, project) references project_detail (programme, id)
);
create index project_point_project on project_point (programme, project, sort, id);
create table project_dismissed (
  programme text not null,
  project text not null,
  sign text not null,
  n bigint not null,
  why text not null,
  actor text not null,
  at bigint not null,
  primary key (programme, project, sign),
  foreign key (programme, project) references project_detail (programme, id)
);
