-- Who spoke in a project, counted from the index alone.
create index ref_record_said on ref_record (programme, project, kind, person, fate, until);
-- How many of a kind and state there are in each project, counted from the index alone.
create index ref_record_sort on ref_record (programme, kind, state, project, until, id);
-- Of which strand a source is and until when it may be used, from the index alone.
create index ref_record_use on ref_record (programme, id, strand, until);
-- What belongs to a person, counted from the index alone.
create index ref_record_whose on ref_record (programme, person, kind, until);
drop index ref_record_person;
