alter table finding_pick add column excerpt text not null default '';
