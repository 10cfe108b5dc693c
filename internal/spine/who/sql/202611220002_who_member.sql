create table who_member (
  programme text not null,
  account text not null,
  role text not null,
  scope_kind text not null,
  scope text not null,
  since bigint not null,
  primary key (programme, account, role, scope)
);
create index who_member_scope on who_member (programme, scope);
create index who_member_account on who_member (account);
