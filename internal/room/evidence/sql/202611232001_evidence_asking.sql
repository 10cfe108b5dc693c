create table evidence_asking (
  programme text not null,
  id text not null,
  actor text not null,
  project text not null,
  body text not null,
  at bigint not null,
  primary key (programme, id)
);
create index evidence_asking_actor on evidence_asking (programme, actor, project, id);
