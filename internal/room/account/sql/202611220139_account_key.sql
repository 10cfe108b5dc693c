create table account_key (
  mark text not null,
  primary key (mark)
);
