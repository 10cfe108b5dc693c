// Package search finds records by their words, the same way on both engines.
//
// All work on language is done here in Go: parting a text into words, folding
// them (kit/text.Fold), and stemming those of English texts. The database holds
// plain words of the letters a-z and digits: an FTS5 table on SQLite, a tsvector with a GIN
// index on PostgreSQL. So a search finds the same records on both, whatever the
// server's locale, dictionaries and parser are. Only the order may differ.
//
// A record has one row for its words, keyed by programme and id. Put and Drop
// run in the transaction of the verb that changes the record. A withdrawn record
// is dropped in the same transaction that withdraws it.
//
// What a person may see is not decided here. The caller joins the search to
// ref_record and adds who.Where and terms.Where before its limit:
//
//	q, ok := search.Match(tx.Engine(), typed)
//	if !ok { ... nothing to look for ... }
//	db.Join(
//		db.Q("select r.kind, r.id, r.title from ref_record r"), q.Join("r"),
//		db.Q("where"), db.And(who.Where("r"), terms.Where("r", use)),
//		db.Q("order by"), q.Rank, db.Q(", r.id limit 50"))
//
// Limits: each word counts to its first 64 letters. Phrases are found in the
// first 16,000 words of a text. Words after those are found one by one, until a text
// has 400,000 bytes of different words. PostgreSQL keeps 256 places of one
// word in one text, so a phrase that begins with a very common word may be missed
// there in a text of many thousand words.
//
// Cost: a search reads the places of its words and nothing else, then the records
// found. On SQLite a drop rewrites the place lists of the record's words:
// about 2 ms a record among 20,000, so that a job that drops many does 40 in a transaction.
//
// Erasing: SQLite overwrites the words of a dropped record at once. PostgreSQL
// overwrites them at its next vacuum, and a word that nothing holds any
// more may stay in the index as a word alone, tied to no record, until a reindex.
package search
