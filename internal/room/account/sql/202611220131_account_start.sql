-- An account is global: a person of several programmes signs in once.
create table account_email (
  account text not null primary key,
  email_fold text not null,
  email text not null,
  name text not null,
  language text not null,
  created bigint not null
);
create unique index account_email_fold on account_email (email_fold);
create table account_session (
  mark text not null primary key,
  id text not null,
  account text not null,
  held text not null,
  began bigint not null,
  seen bigint not null,
  ends bigint not null
);
create index account_session_account on account_session (account, seen);
create unique index account_session_id on account_session (id);
-- A row is there for every letter that was asked for, whether the address is known or not.
create table account_link (
  id text not null primary key,
  address text not null,
  account text not null,
  programme text not null,
  made text not null,
  token text not null,
  code text not null,
  next text not null,
  language text not null,
  created bigint not null,
  link_ends bigint not null,
  code_ends bigint not null,
  tries bigint not null,
  used_at bigint not null
);
create index account_link_token on account_link (token);
create index account_link_address on account_link (address, created);
create index account_link_account on account_link (account);
create table account_limit (
  mark text not null,
  slot bigint not null,
  n bigint not null,
  ends bigint not null,
  primary key (mark, slot)
);
create table account_invite (
  programme text not null,
  id text not null,
  account text not null,
  role text not null,
  scope_kind text not null,
  scope text not null,
  invited_by text not null,
  at bigint not null,
  ends bigint not null,
  taken_at bigint not null,
  primary key (programme, id)
);
create index account_invite_scope on account_invite (programme, scope);
create index account_invite_account on account_invite (account);
