create table programme_detail (
  programme text not null,
  id text not null,
  name text not null,
  zone text not null,
  language text not null,
  founded_at bigint not null,
  version bigint not null,
  primary key (programme, id),
  foreign key (programme, id) references ref_record (programme, id)
);
