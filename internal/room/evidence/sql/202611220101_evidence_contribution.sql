create table evidence_contribution (
  programme text not null,
  id text not null,
  project text not null,
  words text not null,
  said_on text not null,
  source text not null,
  language text not null,
  expressed text not null,
  voice text not null,
  interpreter text not null,
  role text not null,
  reference text not null,
  batch text not null,
  given_at bigint not null,
  version bigint not null,
  primary key (programme, id),
  foreign key (programme, id) references ref_record (programme, id)
);
create index evidence_contribution_batch on evidence_contribution (programme, batch);
create table evidence_batch (
  programme text not null,
  id text not null,
  project text not null,
  name text not null,
  made text not null,
  state text not null,
  digest text not null,
  at bigint not null,
  stored bigint not null,
  detail text not null,
  primary key (programme, id)
);
create index evidence_batch_digest on evidence_batch (programme, project, digest);
