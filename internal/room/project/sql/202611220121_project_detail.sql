create table project_detail (
  programme text not null,
  id text not null,
  title_order bytea not null,
  model text not null,
  phase text not null,
  aims text not null,
  host text not null,
  cohort bigint not null,
  starts text not null,
  ends text not null,
  language text not null,
  started_at bigint not null,
  version bigint not null,
  primary key (programme, id),
  foreign key (programme, id) references ref_record (programme, id)
);
create index project_detail_order on project_detail (programme, title_order, id);
create table project_theme (
  programme text not null,
  project text not null,
  theme text not null,
  primary key (programme, project, theme),
  foreign key (programme, project) references project_detail (programme, id)
);
create table project_title (
  programme text not null,
  project text not null,
  version bigint not null,
  title text not null,
  why text not null,
  actor text not null,
  at bigint not null,
  primary key (programme, project, version),
  foreign key (programme, project) references project_detail (programme, id)
);
create table project_phase (
  programme text not null,
  project text not null,
  version bigint not null,
  phase text not null,
  on_day text not null,
  why text not null,
  actor text not null,
  at bigint not null,
  primary key (programme, project, version),
  foreign key (programme, project) references project_detail (programme, id)
);
create table project_site (
  programme text not null,
  id text not null,
  project text not null,
  nation text not null,
  place text not null,
  version bigint not null,
  primary key (programme, id),
  foreign key (programme, id) references ref_record (programme, id),
  foreign key (programme, project) references project_detail (programme, id)
);
create index project_site_project on project_site (programme, project);
