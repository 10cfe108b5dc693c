create table review_search (
  programme text not null,
  id text not null,
  review text not null,
  place text not null,
  day text not null,
  words text not null,
  searcher text not null,
  found bigint not null,
  note text not null,
  made_at bigint not null,
  version bigint not null,
  primary key (programme, id),
  foreign key (programme, review) references review_review (programme, id) on delete cascade
);
create index review_search_review on review_search (programme, review, made_at);
alter table review_batch add column same_as text not null default '';
alter table review_batch add column sent_key text not null default '';
alter table review_batch add column sent_n bigint not null default 0;
alter table review_batch add column size bigint not null default 0;
alter table review_batch add column first_n bigint not null default 0;
alter table review_batch add column last_n bigint not null default 0;
create unique index review_batch_sent on review_batch (programme, actor, sent_key, sent_n) where sent_key <> '';
create index review_batch_state on review_batch (programme, state);
create table review_key (
  programme text not null,
  review text not null,
  n bigint not null,
  folded text not null,
  volume text not null,
  issue text not null,
  pages text not null,
  pmid text not null,
  primary key (programme, review, n),
  foreign key (programme, review, n) references review_record (programme, review, n) on delete cascade
);
create table review_copies (
  programme text not null,
  review text not null,
  upto bigint not null,
  state text not null,
  done bigint not null,
  total bigint not null,
  left_out bigint not null,
  changed_at bigint not null,
  primary key (programme, review),
  foreign key (programme, review) references review_review (programme, id) on delete cascade
);
alter table review_pair add column found text not null default '';
create index review_pair_band on review_pair (programme, review, band, answered_at, score);
create index review_pair_b on review_pair (programme, review, b);
create index review_record_copy on review_record (programme, review, lead) where lead <> n;
