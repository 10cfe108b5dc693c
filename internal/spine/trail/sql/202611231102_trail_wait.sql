create table trail_wait (
  programme text not null,
  entry text not null,
  primary key (programme, entry)
);
insert into trail_wait (programme, entry)
  select e.programme, e.id from trail_entry e
  where not exists (select 1 from trail_link l where l.programme = e.programme and l.entry = e.id);
