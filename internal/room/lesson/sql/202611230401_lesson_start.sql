create table lesson_lesson (
  programme text not null,
  id text not null,
  title text not null,
  words text not null,
  plainly text not null,
  elsewhere text not null,
  power text not null,
  culture text not null,
  resources text not null,
  policy text not null,
  policy_stance text not null,
  language text not null,
  made_at bigint not null,
  version bigint not null,
  primary key (programme, id),
  foreign key (programme, id) references ref_record (programme, id) on delete cascade
);
create table lesson_aim (
  programme text not null,
  aim text not null,
  lesson text not null,
  primary key (programme, aim, lesson),
  foreign key (programme, lesson) references lesson_lesson (programme, id) on delete cascade
);
create index lesson_aim_lesson on lesson_aim (programme, lesson);
