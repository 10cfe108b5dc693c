create table action_recommendation (
  programme text not null,
  id text not null,
  primary key (programme, id),
  foreign key (programme, id) references ref_record (programme, id)
);
