-- For whom an archive was made, beside why.
alter table keeper_archive add column for_whom text not null default '';
-- An import that is under way: what it brings in is not to be seen until it is whole.
create table keeper_import (
  programme text not null,
  hash text not null,
  at bigint not null,
  primary key (programme)
);
