create index tie_up on tie (programme, to_id, from_kind, from_id);
create index tie_added on tie (programme, to_id) where to_kind = 'contribution';
drop index tie_to;
