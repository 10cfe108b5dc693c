create table card_card (
  programme text not null,
  id text not null,
  person text not null,
  made bigint not null,
  language text not null,
  format text not null,
  lock_kind text not null,
  lock_mark text not null,
  tries bigint not null,
  tried_at bigint not null,
  state text not null,
  primary key (programme, id),
  foreign key (programme, person) references ref_record (programme, id) on delete cascade
);
create index card_card_person on card_card (programme, person);
create table card_door (
  code text not null,
  programme text not null,
  person text not null,
  card text not null,
  primary key (code),
  foreign key (programme, card) references card_card (programme, id) on delete cascade
);
create index card_door_card on card_door (programme, card);
