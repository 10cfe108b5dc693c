package evidence

import (
	"plait/internal/kit/clock"
	"plait/internal/kit/db"
)

// StageDays is how many days a file that was read but not brought in is kept.
const StageDays = 14

// idle is an import that was begun and left.
type idle struct{ programme, batch string }

// idleImports lists imports whose reading stopped an hour ago, or that have been waiting
// for StageDays.
func idleImports(tx *db.Tx, now int64) ([]idle, error) {
	return db.All(tx, db.Q(`select b.programme, b.id from evidence_batch b join evidence_import i on i.programme = b.programme and i.batch = b.id
		where (b.state = ? and i.changed_at < ?) or (b.state = ? and i.changed_at < ?) order by b.programme, b.id limit 50`,
		BatchReading, now-clock.Day/24, BatchStaged, now-StageDays*clock.Day),
		func(r db.Row, x *idle) error { return r.Scan(&x.programme, &x.batch) })
}

// throwAway takes away all that an import which was never brought in holds of people's words.
func throwAway(tx *db.Tx, x idle) error {
	if err := tx.Do(db.Q(`delete from evidence_import_row where programme = ? and batch = ?`, x.programme, x.batch)); err != nil {
		return err
	}
	if err := tx.Do(db.Q(`update evidence_batch set state = ?, detail = '' where programme = ? and id = ? and state in (?, ?)`,
		BatchUndone, x.programme, x.batch, BatchReading, BatchStaged)); err != nil {
		return err
	}
	return hush(tx, x.programme, x.batch)
}

// hush takes the words that problems quote, and the names in what a batch shares, out of
// an import that needs them no more.
func hush(tx *db.Tx, programme, batch string) error {
	if err := quiet(tx, programme, batch); err != nil {
		return err
	}
	return tx.Do(db.Q(`update evidence_import set said = '{}' where programme = ? and batch = ?
		and exists (select 1 from evidence_batch b where b.programme = evidence_import.programme and b.id = evidence_import.batch and b.state in (?, ?))`,
		programme, batch, BatchIn, BatchUndone))
}

// batchOf is the batch that a contribution came in with; "" for none.
func batchOf(tx *db.Tx, programme, id string) (string, error) {
	batch, _, err := db.One(tx, db.Q(`select batch from evidence_contribution where programme = ? and id = ?`, programme, id), db.Value[string])
	return batch, err
}
