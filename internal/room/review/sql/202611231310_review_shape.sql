create table review_need (
  programme text not null,
  id text not null,
  review text not null,
  kind text not null,
  words text not null,
  said_by text not null,
  made_at bigint not null,
  primary key (programme, id),
  foreign key (programme, review) references review_review (programme, id) on delete cascade
);
create index review_need_review on review_need (programme, review, id);
create table review_question (
  programme text not null,
  id text not null,
  review text not null,
  n bigint not null,
  words text not null,
  made_at bigint not null,
  primary key (programme, id),
  foreign key (programme, review) references review_review (programme, id) on delete cascade
);
create index review_question_review on review_question (programme, review, n);
create table review_ranking (
  programme text not null,
  id text not null,
  review text not null,
  partner text not null,
  questions text not null,
  made_at bigint not null,
  primary key (programme, id),
  foreign key (programme, review) references review_review (programme, id) on delete cascade
);
create index review_ranking_review on review_ranking (programme, review, id);
create table review_sign (
  programme text not null,
  id text not null,
  review text not null,
  signer text not null,
  on_day text not null,
  change_n bigint not null,
  actor text not null,
  made_at bigint not null,
  primary key (programme, id),
  foreign key (programme, review) references review_review (programme, id) on delete cascade
);
create index review_sign_review on review_sign (programme, review, id);
create table review_criterion (
  programme text not null,
  id text not null,
  review text not null,
  n bigint not null,
  side text not null,
  words text not null,
  primary key (programme, id),
  foreign key (programme, review) references review_review (programme, id) on delete cascade
);
create index review_criterion_review on review_criterion (programme, review, side, n);
create table review_change (
  programme text not null,
  review text not null,
  n bigint not null,
  what text not null,
  way text not null,
  was text not null,
  became text not null,
  reason text not null,
  signed boolean not null,
  actor text not null,
  made_at bigint not null,
  primary key (programme, review, n),
  foreign key (programme, review) references review_review (programme, id) on delete cascade
);
create table review_report (
  programme text not null,
  id text not null,
  review text not null,
  sent text not null,
  file text not null,
  name text not null,
  format text not null,
  title text not null,
  language text not null,
  pages bigint not null,
  parts bigint not null,
  paragraphs bigint not null,
  state text not null,
  problem text not null,
  actor text not null,
  made_at bigint not null,
  primary key (programme, id),
  unique (programme, review, sent),
  foreign key (programme, review) references review_review (programme, id) on delete cascade
);
create index review_report_review on review_report (programme, review, id);
create table review_paragraph (
  programme text not null,
  report text not null,
  n bigint not null,
  part bigint not null,
  page bigint not null,
  heading boolean not null,
  start_at bigint not null,
  end_at bigint not null,
  words text not null,
  primary key (programme, report, n),
  foreign key (programme, report) references review_report (programme, id) on delete cascade
);
create index review_paragraph_part on review_paragraph (programme, report, part, n);
create index review_paragraph_heading on review_paragraph (programme, report, heading, n);
create table review_mark (
  programme text not null,
  id text not null,
  review text not null,
  report text not null,
  kind text not null,
  start_at bigint not null,
  end_at bigint not null,
  part bigint not null,
  quote text not null,
  made text not null,
  actor text not null,
  made_at bigint not null,
  primary key (programme, id),
  foreign key (programme, review) references review_review (programme, id) on delete cascade,
  foreign key (programme, report) references review_report (programme, id) on delete cascade
);
create index review_mark_review on review_mark (programme, review, report, start_at);
create index review_mark_made on review_mark (programme, made);
create table review_paper (
  programme text not null,
  review text not null,
  kind text not null,
  body text not null,
  actor text not null,
  made_at bigint not null,
  version bigint not null,
  primary key (programme, review, kind),
  foreign key (programme, review) references review_review (programme, id) on delete cascade
);
