create table evidence_import (
  programme text not null,
  batch text not null,
  actor text not null,
  key text not null,
  said text not null,
  total bigint not null,
  done bigint not null,
  at_file bigint not null,
  at_row bigint not null,
  changed_at bigint not null,
  primary key (programme, batch),
  foreign key (programme, batch) references evidence_batch (programme, id)
);
create unique index evidence_import_key on evidence_import (programme, actor, key);
create table evidence_import_file (
  programme text not null,
  batch text not null,
  n bigint not null,
  name text not null,
  format text not null,
  encoding text not null,
  hash text not null,
  digest text not null,
  header text not null,
  columns_of text not null,
  read_rows bigint not null,
  good_rows bigint not null,
  stored bigint not null,
  same_as text not null,
  told text not null,
  problems text not null,
  primary key (programme, batch, n),
  foreign key (programme, batch) references evidence_batch (programme, id)
);
create index evidence_import_file_digest on evidence_import_file (programme, digest);
create index evidence_import_file_hash on evidence_import_file (programme, hash);
create table evidence_import_row (
  programme text not null,
  batch text not null,
  file bigint not null,
  n bigint not null,
  line bigint not null,
  fields text not null,
  primary key (programme, batch, file, n)
);
