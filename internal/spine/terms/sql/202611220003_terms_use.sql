create table terms_use (
  programme text not null,
  record text not null,
  use text not null,
  until bigint not null,
  primary key (programme, record, use),
  foreign key (programme, record) references ref_record (programme, id) on delete cascade
);
