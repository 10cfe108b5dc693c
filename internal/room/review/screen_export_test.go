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
