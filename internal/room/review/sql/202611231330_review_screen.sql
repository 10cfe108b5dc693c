create table review_screening (
  programme text not null,
  review text not null,
  skip_full boolean not null,
  seq bigint not null,
  looked bigint not null,
  primary key (programme, review),
  foreign key (programme, review) references review_review (programme, id) on delete cascade
);
create table review_turn (
  programme text not null,
  review text not null,
  stage text not null,
  n bigint not null,
  votes bigint not null,
  actor text not null,
  seq bigint not null,
  primary key (programme, review, stage, n),
  foreign key (programme, review, n) references review_record (programme, review, n) on delete cascade
);
create index review_turn_votes on review_turn (programme, review, stage, votes, seq, actor, n);
create table review_settled (
  programme text not null,
  review text not null,
  stage text not null,
  n bigint not null,
  verdict text not null,
  reason text not null,
  why text not null,
  actor text not null,
  made_at bigint not null,
  primary key (programme, review, stage, n),
  foreign key (programme, review, n) references review_record (programme, review, n) on delete cascade
);
create table review_view (
  programme text not null,
  review text not null,
  n bigint not null,
  actor text not null,
  verdict text not null,
  words text not null,
  answer text not null,
  answered_by text not null,
  answered_at bigint not null,
  made_at bigint not null,
  primary key (programme, review, n, actor),
  foreign key (programme, review, n) references review_record (programme, review, n) on delete cascade
);
create index review_view_actor on review_view (programme, review, actor, n);
create table review_brought (
  programme text not null,
  review text not null,
  n bigint not null,
  reviewer text not null,
  verdict text not null,
  reason text not null,
  state text not null,
  stage text not null,
  name text not null,
  primary key (programme, review, n, reviewer),
  foreign key (programme, review, n) references review_record (programme, review, n) on delete cascade
);
create index review_brought_state on review_brought (programme, review, state, reviewer, verdict, n);
create index review_decision_actor on review_decision (programme, review, stage, actor, verdict, seq, n);
create index review_record_standing on review_record (programme, review, gone, title_verdict, full_verdict, lead, n);
create index review_record_year on review_record (programme, review, title_verdict, year, n);
create index review_record_text on review_record (programme, review, title_verdict, full_verdict, full_state, n);
create index review_record_plain on review_record (programme, review, n) where plain <> '';
