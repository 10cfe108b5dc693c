-- Whose project an entry is of, so that a project's trail is found quickly, and whether it
-- tells of a reading. Both follow from what the chain holds; they are not part of it.
alter table trail_entry add column project text not null default '';
alter table trail_entry add column reading bigint not null default 0;
update trail_entry set project = coalesce((select case when r.kind = 'project' then r.id else r.project end
  from ref_record r where r.programme = trail_entry.programme and r.id = trail_entry.ref), '');
create index trail_entry_at on trail_entry (programme, at, id);
create index trail_entry_actor on trail_entry (programme, actor, at, id);
create index trail_entry_project on trail_entry (programme, project, at, id);
create index trail_entry_verb on trail_entry (programme, verb, at, id);
-- When each actor last opened each record, so that one hour leaves one entry.
create table trail_look (
  programme text not null,
  ref text not null,
  actor text not null,
  verb text not null,
  at bigint not null,
  primary key (programme, ref, actor, verb)
);
