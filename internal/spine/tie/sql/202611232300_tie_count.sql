-- How many ties lead to a record, by what is counted of the records they come from.
-- Rows are added and summed like those of ref_count.
create table tie_count (
  programme text not null,
  to_id text not null,
  from_kind text not null,
  stance text not null,
  strand text not null,
  until_at bigint not null,
  n bigint not null
);
insert into tie_count (programme, to_id, from_kind, stance, strand, until_at, n)
  select t.programme, t.to_id, t.from_kind, t.stance, r.strand, r.until, count(*)
  from tie t join ref_record r on r.programme = t.programme and r.id = t.from_id
  group by t.programme, t.to_id, t.from_kind, t.stance, r.strand, r.until;
create index tie_count_to on tie_count (programme, to_id, from_kind, strand, stance, until_at, n);
-- With the stance in it, what stands under a record is read from the index alone.
create index tie_under on tie (programme, to_id, from_kind, from_id, stance);
drop index tie_up;
