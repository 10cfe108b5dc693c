create table finding_finding (
  programme text not null,
  id text not null,
  project text not null,
  statement text not null,
  plainly text not null,
  lived_sure text not null,
  lived_why text not null,
  practice_sure text not null,
  practice_why text not null,
  research_sure text not null,
  research_why text not null,
  why_one_strand text not null,
  stopped_why text not null,
  shared_at bigint not null,
  made_at bigint not null,
  version bigint not null,
  primary key (programme, id),
  foreign key (programme, id) references ref_record (programme, id) on delete cascade
);
create table finding_pick (
  programme text not null,
  finding text not null,
  contribution text not null,
  quote text not null,
  starts bigint not null,
  ends bigint not null,
  version bigint not null,
  primary key (programme, finding, contribution),
  foreign key (programme, finding) references ref_record (programme, id) on delete cascade,
  foreign key (programme, contribution) references ref_record (programme, id) on delete cascade
);
create index finding_pick_contribution on finding_pick (programme, contribution);
create table finding_fate (
  programme text not null,
  contribution text not null,
  fate text not null,
  reason text not null,
  plainly text not null,
  actor text not null,
  at bigint not null,
  bulk boolean not null,
  primary key (programme, contribution),
  foreign key (programme, contribution) references ref_record (programme, id) on delete cascade
);
create table finding_gone (
  programme text not null,
  contribution text not null,
  at bigint not null,
  primary key (programme, contribution),
  foreign key (programme, contribution) references ref_record (programme, id) on delete cascade
);
