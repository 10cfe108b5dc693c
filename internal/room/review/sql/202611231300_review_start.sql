create table review_review (
  programme text not null,
  id text not null,
  title text not null,
  way text not null,
  decision text not null,
  decide_by text not null,
  decided_by text not null,
  out_of_scope text not null,
  reviewers bigint not null,
  blind boolean not null,
  chance bigint not null,
  sorting text not null,
  state text not null,
  signed_by text not null,
  signed_at bigint not null,
  last_n bigint not null,
  file text not null,
  made_at bigint not null,
  version bigint not null,
  primary key (programme, id),
  foreign key (programme, id) references ref_record (programme, id) on delete cascade
);
create table review_batch (
  programme text not null,
  review text not null,
  id text not null,
  search text not null,
  name text not null,
  upload text not null,
  format text not null,
  encoding text not null,
  records bigint not null,
  done bigint not null,
  problems text not null,
  problem_count bigint not null,
  state text not null,
  actor text not null,
  made_at bigint not null,
  primary key (programme, id),
  foreign key (programme, review) references review_review (programme, id) on delete cascade
);
create index review_batch_review on review_batch (programme, review, made_at);
create table review_record (
  programme text not null,
  review text not null,
  n bigint not null,
  batch text not null,
  lead bigint not null,
  gone boolean not null,
  title text not null,
  authors text not null,
  year bigint not null,
  journal text not null,
  doi text not null,
  abstract text not null,
  plain text not null,
  whole text not null,
  title_verdict text not null,
  title_reason text not null,
  full_verdict text not null,
  full_reason text not null,
  full_state text not null,
  full_file text not null,
  made_at bigint not null,
  primary key (programme, review, n),
  foreign key (programme, review) references review_review (programme, id) on delete cascade,
  foreign key (programme, batch) references review_batch (programme, id) on delete cascade
);
create index review_record_batch on review_record (programme, batch);
create index review_record_lead on review_record (programme, review, lead);
create index review_record_verdict on review_record (programme, review, full_verdict, title_verdict, n);
create table review_pair (
  programme text not null,
  review text not null,
  a bigint not null,
  b bigint not null,
  band text not null,
  score bigint not null,
  reason text not null,
  answered_by text not null,
  answered_at bigint not null,
  primary key (programme, review, a, b),
  foreign key (programme, review) references review_review (programme, id) on delete cascade
);
create table review_decision (
  programme text not null,
  review text not null,
  stage text not null,
  n bigint not null,
  actor text not null,
  verdict text not null,
  reason text not null,
  note text not null,
  by_chance boolean not null,
  seq bigint not null,
  made_at bigint not null,
  primary key (programme, review, stage, n, actor),
  foreign key (programme, review, n) references review_record (programme, review, n) on delete cascade
);
create index review_decision_seq on review_decision (programme, review, stage, seq);
create table review_theme (
  programme text not null,
  review text not null,
  id text not null,
  n bigint not null,
  title text not null,
  primary key (programme, id),
  foreign key (programme, review) references review_review (programme, id) on delete cascade
);
create index review_theme_review on review_theme (programme, review, n);
create table review_statement (
  programme text not null,
  id text not null,
  review text not null,
  theme text not null,
  words text not null,
  plainly text not null,
  sure text not null,
  place text not null,
  given text not null,
  made_at bigint not null,
  version bigint not null,
  primary key (programme, id),
  foreign key (programme, id) references ref_record (programme, id) on delete cascade,
  foreign key (programme, review) references review_review (programme, id) on delete cascade
);
create index review_statement_review on review_statement (programme, review);
create table review_support (
  programme text not null,
  statement text not null,
  n bigint not null,
  review text not null,
  stance text not null,
  note text not null,
  primary key (programme, statement, n),
  foreign key (programme, statement) references review_statement (programme, id) on delete cascade,
  foreign key (programme, review, n) references review_record (programme, review, n) on delete cascade
);
create index review_support_record on review_support (programme, review, n);
create table review_gap (
  programme text not null,
  id text not null,
  review text not null,
  words text not null,
  about text not null,
  place text not null,
  n bigint not null,
  made_at bigint not null,
  version bigint not null,
  primary key (programme, id),
  foreign key (programme, id) references ref_record (programme, id) on delete cascade,
  foreign key (programme, review) references review_review (programme, id) on delete cascade
);
create index review_gap_review on review_gap (programme, review);
create table review_organisation (
  programme text not null,
  id text not null,
  review text not null,
  name text not null,
  does text not null,
  link text not null,
  place text not null,
  n bigint not null,
  met text not null,
  made_at bigint not null,
  version bigint not null,
  primary key (programme, id),
  foreign key (programme, review) references review_review (programme, id) on delete cascade
);
create index review_organisation_review on review_organisation (programme, review);
