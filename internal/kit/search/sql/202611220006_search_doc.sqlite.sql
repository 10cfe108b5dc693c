-- Which words of which record are in the index. row_number is the rowid of the
-- record's words in search_text, so that they are deleted without a scan.
create table search_doc (
  programme text not null,
  id text not null,
  language text not null,
  row_number bigint not null,
  primary key (programme, id)
) without rowid;
create unique index search_doc_row on search_doc (row_number);
-- The words are made in Go (see words.go); the tokenizer has only to part them at spaces.
create virtual table search_text using fts5 (words, tokenize = 'unicode61 remove_diacritics 2');
-- What is deleted leaves the index file at once, not at the next merge.
insert into search_text (search_text, rank) values ('secure-delete', 1);
