create table review_included (
  programme text not null,
  review text not null,
  n bigint not null,
  since bigint not null,
  until bigint not null,
  primary key (programme, review, n, since),
  foreign key (programme, review, n) references review_record (programme, review, n) on delete cascade
);
create index review_included_since on review_included (programme, review, since);
create index review_included_until on review_included (programme, review, until, n);
create table review_closing (
  programme text not null,
  id text not null,
  review text not null,
  state text not null,
  why text not null,
  included bigint not null,
  actor text not null,
  made_at bigint not null,
  primary key (programme, id),
  foreign key (programme, review) references review_review (programme, id) on delete cascade
);
create index review_closing_review on review_closing (programme, review, made_at);
create table review_origin (
  programme text not null,
  review text not null,
  name text not null,
  origin text not null,
  primary key (programme, review, name),
  foreign key (programme, review) references review_review (programme, id) on delete cascade
);
create index review_record_flow on review_record (programme, review, gone, title_verdict, title_reason, full_verdict, full_reason, full_state, batch, lead, n);
