alter table evidence_import_file add column sent bigint not null default 0;
alter table evidence_import_file add column part text not null default '';
alter table evidence_import_file add column detail text not null default '{}';
update evidence_import_file set sent = n;
create table evidence_mapping (
  programme text not null,
  place text not null,
  head text not null,
  columns_of text not null,
  at bigint not null,
  primary key (programme, place, head)
);
