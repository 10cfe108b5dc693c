create table evidence_upload (
  programme text not null,
  id text not null,
  actor text not null,
  key text not null,
  project text not null,
  name text not null,
  kind text not null,
  media text not null,
  width bigint not null,
  height bigint not null,
  ms bigint not null,
  pages bigint not null,
  size bigint not null,
  state text not null,
  at bigint not null,
  primary key (programme, id)
);
create unique index evidence_upload_key on evidence_upload (programme, actor, key);
create table evidence_media (
  programme text not null,
  id text not null,
  contribution text not null,
  n bigint not null,
  kind text not null,
  media text not null,
  name text not null,
  width bigint not null,
  height bigint not null,
  ms bigint not null,
  pages bigint not null,
  alt text not null,
  captions text not null,
  captions_by text not null,
  captions_on text not null,
  version bigint not null,
  at bigint not null,
  primary key (programme, id),
  foreign key (programme, contribution) references ref_record (programme, id)
);
create index evidence_media_contribution on evidence_media (programme, contribution, n);
alter table evidence_contribution add column question text not null default '';
alter table evidence_contribution add column answer text not null default '';
alter table evidence_contribution add column interest text not null default '';
alter table evidence_contribution add column interest_by text not null default '';
alter table evidence_contribution add column account text not null default '';
alter table evidence_contribution add column account_by text not null default '';
alter table evidence_contribution add column read_back text not null default '';
alter table evidence_contribution add column read_back_on text not null default '';
alter table evidence_contribution add column fixed bigint not null default 0;
alter table evidence_contribution add column page_starts text not null default '';
