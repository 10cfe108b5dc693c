-- Which words of which record are in the index. The words are made in Go (see
-- words.go) and cast, so that neither locale nor dictionary of the server matters.
create table search_doc (
  programme text not null,
  id text not null,
  language text not null,
  words tsvector not null,
  primary key (programme, id)
);
-- Without a pending list: a search takes the same time before and after a vacuum.
create index search_doc_words on search_doc using gin (words) with (fastupdate = off);
