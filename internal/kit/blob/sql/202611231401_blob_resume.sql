alter table blob_file add column come bigint not null default 0;
alter table blob_file add column turn bigint not null default 0;
