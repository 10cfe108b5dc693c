package review

import (
	"plait/internal/engine/cite"
	"plait/internal/kit/db"
	"plait/internal/spine/ref"
)

// Stock is how tests of the whole put into a review what its other parts bring.
type Stock struct {
	Programme, Review string
	At                int64
}

// Batch stores a file's records, and gives the number of the first.
func (s Stock) Batch(tx *db.Tx, id, search, name, format string, all []cite.Record) (int64, error) {
	if err := tx.Do(db.Q(`insert into review_batch (programme, review, id, search, name, upload, format, encoding, records, done, problems, problem_count, state, actor, made_at)
		values (?, ?, ?, ?, ?, '', ?, 'utf-8', ?, ?, '[]', 0, ?, '', ?)`, s.Programme, s.Review, id, search, name, format, int64(len(all)), int64(len(all)), In, s.At)); err != nil {
		return 0, err
	}
	return putRecords(tx, s.Programme, s.Review, id, s.At, all)
}

// Settle stores what was settled of a record, as screening does, and tells it.
func (s Stock) Settle(tx *db.Tx, n int64, title, titleReason, full, fullReason, state string) error {
	if err := tx.Do(db.Q(`update review_record set title_verdict = ?, title_reason = ?, full_verdict = ?, full_reason = ?, full_state = ? where programme = ? and review = ? and n = ?`,
		title, titleReason, full, fullReason, state, s.Programme, s.Review, n)); err != nil {
		return err
	}
	return s.tell(tx, settled)
}

// Merge makes a record a copy of another, or its own again.
func (s Stock) Merge(tx *db.Tx, n, lead int64) error {
	if err := tx.Do(db.Q(`update review_record set lead = ? where programme = ? and review = ? and n = ?`, lead, s.Programme, s.Review, n)); err != nil {
		return err
	}
	return s.tell(tx, arrived)
}

func (s Stock) tell(tx *db.Tx, what happened) error {
	r := &Room{clock: s}
	return r.wholePart().hears(tx.Context(), tx, s.Programme, s.Review, what)
}

// Now is the stock's time.
func (s Stock) Now() int64 { return s.At }

// Vote stores a reviewer's decision.
func (s Stock) Vote(tx *db.Tx, stage string, n int64, actor, verdict, reason string) error {
	return tx.Do(db.Q(`insert into review_decision (programme, review, stage, n, actor, verdict, reason, note, by_chance, seq, made_at) values (?, ?, ?, ?, ?, ?, ?, '', ?, ?, ?)`,
		s.Programme, s.Review, stage, n, actor, verdict, reason, false, n, s.At))
}

// LeafOf is leafOf for tests that count for themselves.
func LeafOf(copied bool, title, full, state string) int {
	return int(leafOf(copied, title, full, state))
}

// Theme, Statement and Gap store what the synthesis brings. A statement stands on records
// by their numbers; given is the contribution that carries it, "" = none.
func (s Stock) Theme(tx *db.Tx, id string, n int64, title string) error {
	return tx.Do(db.Q(`insert into review_theme (programme, review, id, n, title) values (?, ?, ?, ?, ?)`, s.Programme, s.Review, id, n, title))
}

func (s Stock) Statement(tx *db.Tx, project, id, theme, words, given string, records map[int64]string) error {
	rec := ref.Record{Programme: s.Programme, ID: id, Kind: Statement, Project: project, Title: words, Strand: "research", State: "made", Until: ref.NoEnd, Version: 1, ChangedAt: s.At}
	if err := ref.Put(tx, rec); err != nil {
		return err
	}
	if err := tx.Do(db.Q(`insert into review_statement (programme, id, review, theme, words, plainly, sure, place, given, made_at, version) values (?, ?, ?, ?, ?, '', '', '', ?, ?, 1)`,
		s.Programme, id, s.Review, theme, words, given, s.At)); err != nil {
		return err
	}
	for n, stance := range records {
		if err := tx.Do(db.Q(`insert into review_support (programme, statement, n, review, stance, note) values (?, ?, ?, ?, ?, '')`, s.Programme, id, n, s.Review, stance)); err != nil {
			return err
		}
	}
	return nil
}

func (s Stock) Gap(tx *db.Tx, project, id, words, about string, n, closed int64) error {
	rec := ref.Record{Programme: s.Programme, ID: id, Kind: Gap, Project: project, Title: words, State: "open", Until: ref.NoEnd, Version: 1, ChangedAt: s.At}
	if err := ref.Put(tx, rec); err != nil {
		return err
	}
	return tx.Do(db.Q(`insert into review_gap (programme, id, review, words, about, place, n, made_at, version, closed_at) values (?, ?, ?, ?, ?, '', ?, ?, 1, ?)`,
		s.Programme, id, s.Review, words, about, n, s.At, closed))
}
