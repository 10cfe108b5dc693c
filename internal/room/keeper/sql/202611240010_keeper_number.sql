-- The order in which backups were made, and erasures among them, whatever the clock said.
alter table keeper_backup add column number bigint not null default 0;
alter table keeper_erasure add column backups bigint not null default 0;
