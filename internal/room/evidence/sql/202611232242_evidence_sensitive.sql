-- Marked by whoever wrote it down: lists say only that it is sensitive, and each opening is in the trail.
alter table evidence_contribution add column sensitive bigint not null default 0;
