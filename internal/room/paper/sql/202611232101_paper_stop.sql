alter table paper_lot add column problem text not null default '';
create index paper_cut_contribution on paper_cut (programme, contribution);
