create table paper_batch (
  programme text not null,
  id text not null,
  project text not null,
  number bigint not null,
  name text not null,
  asked text not null,
  tables bigint not null,
  rounds bigint not null,
  per_colour bigint not null,
  format bigint not null,
  colours text not null,
  site text not null,
  said_on text not null,
  source text not null,
  actor text not null,
  at bigint not null,
  primary key (programme, id),
  foreign key (programme, project) references ref_record (programme, id)
);
create unique index paper_batch_number on paper_batch (programme, number);
create index paper_batch_project on paper_batch (programme, project, at);
create table paper_lot (
  programme text not null,
  id text not null,
  project text not null,
  kind text not null,
  state text not null,
  filed_in text not null,
  said text not null,
  actor text not null,
  at bigint not null,
  version bigint not null,
  primary key (programme, id),
  foreign key (programme, project) references ref_record (programme, id)
);
create index paper_lot_project on paper_lot (programme, project, at);
create table paper_photo (
  programme text not null,
  id text not null,
  lot text not null,
  name text not null,
  sent_key text not null,
  state text not null,
  file text not null,
  width bigint not null,
  height bigint not null,
  problem text not null,
  at bigint not null,
  primary key (programme, id),
  foreign key (programme, lot) references paper_lot (programme, id)
);
create unique index paper_photo_key on paper_photo (programme, lot, sent_key);
create table paper_cut (
  programme text not null,
  id text not null,
  lot text not null,
  photo text not null,
  n bigint not null,
  kind text not null,
  state text not null,
  batch text not null,
  table_no bigint not null,
  round_no bigint not null,
  colour bigint not null,
  number bigint not null,
  x bigint not null,
  y bigint not null,
  w bigint not null,
  h bigint not null,
  file text not null,
  width bigint not null,
  corners bigint not null,
  words text not null,
  contribution text not null,
  primary key (programme, id),
  foreign key (programme, photo) references paper_photo (programme, id)
);
create index paper_cut_lot on paper_cut (programme, lot, photo, n);
create table paper_card (
  programme text not null,
  batch text not null,
  table_no bigint not null,
  number bigint not null,
  contribution text not null,
  lot text not null,
  at bigint not null,
  primary key (programme, batch, table_no, number),
  foreign key (programme, batch) references paper_batch (programme, id)
);
create index paper_card_lot on paper_card (programme, lot);
