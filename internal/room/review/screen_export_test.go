package review

import (
	"plait/internal/engine/cite"
	"plait/internal/kit/db"
)

// PutForScreening puts references into a review as an import does.
func PutForScreening(tx *db.Tx, programme, review, batch string, all []cite.Record) error {
	if _, err := tx.Exec(db.Q(`insert into review_batch (programme, review, id, search, name, upload, format, encoding, records, done, problems, problem_count, state, actor, made_at)
		values (?, ?, ?, '', 'x.ris', '', 'ris', 'utf-8', ?, 0, '', 0, 'in', '', 0)`, programme, review, batch, int64(len(all)))); err != nil {
		return err
	}
	if _, err := putRecords(tx, programme, review, batch, 1, all); err != nil {
		return err
	}
	if err := tx.Do(db.Q(`update review_batch set first_n = (select min(x.n) from review_record x where x.batch = review_batch.id),
		last_n = (select max(x.n) from review_record x where x.batch = review_batch.id) where programme = ? and id = ?`, programme, batch)); err != nil {
		return err
	}
	_, err := step(tx, programme, review)
	return err
}

// MergeForScreening makes one record the copy of another.
func MergeForScreening(tx *db.Tx, programme, review string, n, lead int64) error {
	return tx.Do(db.Q(`update review_record set lead = ? where programme = ? and review = ? and n = ?`, lead, programme, review, n))
}

// SettledFor reads what is settled of a record.
func SettledFor(tx *db.Tx, programme, review string, n int64) (Record, error) {
	return record(tx, programme, review, n)
}

// GoneForScreening takes a record out, as undoing its import does, or puts it back.
func GoneForScreening(tx *db.Tx, programme, review string, n int64, gone bool) error {
	return tx.Do(db.Q(`update review_record set gone = ? where programme = ? and review = ? and n = ?`, gone, programme, review, n))
}

// ReadFor is the records that were decided by title, in the order of reading.
func ReadFor(tx *db.Tx, programme, review string) (ns []int64, err error) {
	all, err := allDecisions(tx, programme, review, TitleStage)
	for _, l := range all {
		ns = append(ns, l.n)
	}
	return ns, err
}

// DecisionFor reads somebody's decision on a record.
func DecisionFor(tx *db.Tx, programme, review, stage, actor string, n int64) (Decision, bool, error) {
	return ownDecision(tx, programme, review, stage, actor, n)
}

// ViewForScreening stores what somebody said of a plain summary.
func ViewForScreening(tx *db.Tx, programme, review string, v PlainView) error {
	return putView(tx, programme, review, v)
}
