create table people_request (
  programme text not null,
  id text not null,
  person text not null,
  what text not null,
  how text not null,
  asked_on text not null,
  due_on text not null,
  longer bigint not null,
  state text not null,
  why text not null,
  given_to text not null,
  answered_on text not null,
  copied_at bigint not null,
  actor text not null,
  answered_by text not null,
  at bigint not null,
  version bigint not null,
  primary key (programme, id),
  foreign key (programme, person) references people_person (programme, id) on delete cascade
);
create index people_request_due on people_request (programme, state, due_on, id);
create index people_request_person on people_request (programme, person, id);
create table people_leave (
  programme text not null,
  person text not null,
  mark text not null,
  choice text not null,
  actor text not null,
  at bigint not null,
  primary key (programme, person, mark),
  foreign key (programme, person) references people_person (programme, id) on delete cascade
);
