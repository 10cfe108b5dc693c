create table people_person (
  programme text not null,
  id text not null,
  project text not null,
  name text not null,
  name_key bytea not null,
  name_fold text not null,
  says_as text not null,
  role_label text not null,
  language text not null,
  state text not null,
  state_day text not null,
  asked text not null,
  asked_day text not null,
  review_day text not null,
  made_at bigint not null,
  changed_at bigint not null,
  version bigint not null,
  primary key (programme, id),
  foreign key (programme, id) references ref_record (programme, id) on delete cascade
);
create index people_person_name on people_person (programme, name_key, id);
create index people_person_review on people_person (programme, review_day);
create table people_contact (
  programme text not null,
  id text not null,
  person text not null,
  how text not null,
  address text not null,
  safe boolean not null,
  note text not null,
  made_at bigint not null,
  primary key (programme, id),
  foreign key (programme, person) references people_person (programme, id) on delete cascade
);
create index people_contact_person on people_contact (programme, person);
create table people_need (
  programme text not null,
  person text not null,
  list text not null,
  code text not null,
  words text not null,
  primary key (programme, person, list, code),
  foreign key (programme, person) references people_person (programme, id) on delete cascade
);
create table people_need_share (
  programme text not null,
  id text not null,
  person text not null,
  shared_with text not null,
  since_day text not null,
  until_day text not null,
  agreed text not null,
  primary key (programme, id),
  foreign key (programme, person) references people_person (programme, id) on delete cascade
);
create index people_need_share_person on people_need_share (programme, person);
create table people_need_met (
  programme text not null,
  id text not null,
  person text not null,
  met_day text not null,
  occasion text not null,
  met text not null,
  arranged text not null,
  primary key (programme, id),
  foreign key (programme, person) references people_person (programme, id) on delete cascade
);
create index people_need_met_person on people_need_met (programme, person);
create table people_review (
  programme text not null,
  id text not null,
  person text not null,
  review_day text not null,
  reviewer text not null,
  note text not null,
  next_day text not null,
  primary key (programme, id),
  foreign key (programme, person) references people_person (programme, id) on delete cascade
);
create index people_review_person on people_review (programme, person);
create table people_organisation (
  programme text not null,
  id text not null,
  project text not null,
  name text not null,
  name_key bytea not null,
  what text not null,
  version bigint not null,
  primary key (programme, id),
  foreign key (programme, id) references ref_record (programme, id) on delete cascade
);
create table people_place (
  programme text not null,
  person text not null,
  organisation text not null,
  role text not null,
  primary key (programme, person, organisation),
  foreign key (programme, person) references people_person (programme, id) on delete cascade,
  foreign key (programme, organisation) references people_organisation (programme, id) on delete cascade
);
create index people_place_organisation on people_place (programme, organisation);
