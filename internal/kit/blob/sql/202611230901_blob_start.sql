create table blob_file (
  programme text not null,
  id text not null,
  record text not null,
  name text not null,
  media text not null,
  size bigint not null,
  hash text not null,
  mark text not null,
  sealed_key bytea not null,
  at bigint not null,
  primary key (programme, id)
);
create index blob_file_record on blob_file (programme, record);
create index blob_file_mark on blob_file (programme, mark);
create index blob_file_stray on blob_file (record, at);
create table blob_chunk (
  programme text not null,
  file text not null,
  n bigint not null,
  sealed bytea not null,
  primary key (programme, file, n),
  foreign key (programme, file) references blob_file (programme, id)
);
