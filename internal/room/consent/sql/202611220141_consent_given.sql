create table consent_given (
  programme text not null,
  id text not null,
  uses text not null,
  ends text not null,
  mode text not null,
  helper text not null,
  asked text not null,
  nation text not null,
  regime text not null,
  ethics text not null,
  wording text not null,
  language text not null,
  format text not null,
  given_by text not null,
  at bigint not null,
  primary key (programme, id)
);
create table consent_about (
  programme text not null,
  record text not null,
  given text not null,
  person text not null,
  at bigint not null,
  primary key (programme, record, given),
  foreign key (programme, record) references ref_record (programme, id) on delete cascade,
  foreign key (programme, given) references consent_given (programme, id)
);
create index consent_about_given on consent_about (programme, given);
