package review

import (
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
)

func insertSearch(tx *db.Tx, programme, review string, s Search) error {
	return tx.Do(db.Q(`insert into review_search (programme, id, review, place, day, words, searcher, found, note, made_at, version) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		programme, s.ID, review, s.Place, s.Day, s.Words, s.Searcher, s.Found, s.Note, s.MadeAt, s.Version))
}

// updateSearch stores a changed line of the log where its version is still the one that was read.
func updateSearch(tx *db.Tx, programme, review string, s Search, was int64) error {
	n, err := tx.Exec(db.Q(`update review_search set place = ?, day = ?, words = ?, searcher = ?, found = ?, note = ?, version = ?
		where programme = ? and id = ? and review = ? and version = ?`,
		s.Place, s.Day, s.Words, s.Searcher, s.Found, s.Note, s.Version, programme, s.ID, review, was))
	if err == nil && n != 1 {
		return changedMeanwhile()
	}
	return err
}

const searchColumns = `s.id, s.place, s.day, s.words, s.searcher, s.found, s.note, s.made_at, s.version,
	(select coalesce(sum(b.done), 0) from review_batch b where b.programme = s.programme and b.review = s.review and b.search = s.id and b.state = 'in')`

func scanSearch(row db.Row, s *Search) error {
	return row.Scan(&s.ID, &s.Place, &s.Day, &s.Words, &s.Searcher, &s.Found, &s.Note, &s.MadeAt, &s.Version, &s.Records)
}

const searchesAtOnce = 100

// searches reads a page of the search log of a review behind a cursor, oldest first, and the
// cursor of the next page.
func searches(tx *db.Tx, programme, review, after string) ([]Search, string, error) {
	where := db.Q("s.programme = ? and s.review = ?", programme, review)
	if at, last, ok := db.ReadCursor(after); ok {
		where = db.And(where, db.Q("(s.made_at, s.id) > (?, ?)", at, last))
	}
	all, err := db.All(tx, db.Join(db.Q("select "+searchColumns+" from review_search s where"), where, db.Q("order by s.made_at, s.id limit ?", int64(searchesAtOnce+1))), scanSearch)
	if err != nil || len(all) <= searchesAtOnce {
		return all, "", err
	}
	all = all[:searchesAtOnce]
	end := all[searchesAtOnce-1]
	return all, db.Cursor(end.MadeAt, end.ID), nil
}

// newestSearches reads the searches that a file may be from, newest first, at most 500.
func newestSearches(tx *db.Tx, programme, review string) ([]Search, error) {
	return db.All(tx, db.Q("select "+searchColumns+" from review_search s where s.programme = ? and s.review = ? order by s.made_at desc, s.id desc limit 500", programme, review), scanSearch)
}

// searchOf reads one line of the log.
func searchOf(tx *db.Tx, programme, review, id string) (Search, error) {
	s, ok, err := db.One(tx, db.Q("select "+searchColumns+" from review_search s where s.programme = ? and s.id = ? and s.review = ?", programme, id, review), scanSearch)
	if err == nil && !ok {
		err = fault.New(fault.Missing, "house.missing")
	}
	return s, err
}

func countSearches(tx *db.Tx, programme, review string) (int64, error) {
	return db.Count(tx, db.Q("select count(*) from review_search s where s.programme = ? and s.review = ?", programme, review))
}
