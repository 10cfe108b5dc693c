create table review_field (
  programme text not null,
  review text not null,
  id text not null,
  n bigint not null,
  part text not null,
  label text not null,
  hint text not null,
  choices text not null,
  gone boolean not null,
  primary key (programme, review, id),
  foreign key (programme, review) references review_review (programme, id) on delete cascade
);
create table review_extract (
  programme text not null,
  review text not null,
  n bigint not null,
  field text not null,
  actor text not null,
  author text not null,
  words text not null,
  place text not null,
  made_at bigint not null,
  primary key (programme, review, n, field, actor),
  foreign key (programme, review, n) references review_record (programme, review, n) on delete cascade
);
create table review_text (
  programme text not null,
  review text not null,
  n bigint not null,
  file text not null,
  state text not null,
  why text not null,
  words text not null,
  starts text not null,
  made_at bigint not null,
  primary key (programme, review, n),
  foreign key (programme, review, n) references review_record (programme, review, n) on delete cascade
);
alter table review_statement add column sure_why text not null default '';
alter table review_statement add column given_version bigint not null default 0;
alter table review_gap add column closed text not null default '';
alter table review_gap add column closed_at bigint not null default 0;
