alter table review_decision add column first_seq bigint not null default 0;
alter table review_decision add column came text not null default '';
alter table review_decision add column followed bigint not null default 0;
update review_decision set first_seq = seq;
update review_decision set followed = (select x.lead from review_record x
  where x.programme = review_decision.programme and x.review = review_decision.review and x.n = review_decision.n)
  where exists (select 1 from review_record x
    join review_decision e on e.programme = x.programme and e.review = x.review and e.n = x.lead
    where x.programme = review_decision.programme and x.review = review_decision.review and x.n = review_decision.n and x.lead <> x.n
    and e.stage = review_decision.stage and e.actor = review_decision.actor);
drop index review_decision_seq;
create index review_decision_first on review_decision (programme, review, stage, first_seq, n);
