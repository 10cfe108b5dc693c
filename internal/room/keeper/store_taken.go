package keeper

import (
	"plait/internal/kit/db"
)

// turned is what was taken with how often it was changed, so that a later change is not
// taken for one that stands in the list already.
type turned struct {
	Taken
	turn int64
}

// putTaken notes how things stand now, in place of how they stood before.
func putTaken(tx *db.Tx, list []Taken) error {
	for _, x := range list {
		if err := tx.Do(db.Q(`insert into keeper_taken (programme, what, record, kind, value, turn, at, apart) values (?, ?, ?, ?, ?, 1, ?, ?)
			on conflict (programme, what, record) do update set value = excluded.value, turn = keeper_taken.turn + 1, at = excluded.at, apart = excluded.apart`,
			x.Programme, x.What, x.Record, x.Kind, x.Value, x.At, false)); err != nil {
			return err
		}
	}
	return nil
}

// takenNotApart gives what the list beside the backups may not hold yet.
func takenNotApart(tx *db.Tx, most int64) ([]turned, error) {
	return db.All(tx, db.Q("select programme, what, record, kind, value, at, turn from keeper_taken where apart = ? order by at, programme, what, record limit ?", false, most),
		func(r db.Row, x *turned) error {
			return r.Scan(&x.Programme, &x.What, &x.Record, &x.Kind, &x.Value, &x.At, &x.turn)
		})
}

// setTakenApart notes that these stand in the list, unless they changed meanwhile.
func setTakenApart(tx *db.Tx, list []turned) error {
	for _, x := range list {
		if err := tx.Do(db.Q("update keeper_taken set apart = ? where programme = ? and what = ? and record = ? and turn = ?", true, x.Programme, x.What, x.Record, x.turn)); err != nil {
			return err
		}
	}
	return nil
}

// wentAway counts what was erased of a programme, files that were taken out included.
func wentAway(tx *db.Tx, programme string) (int64, error) {
	return db.Count(tx, db.Q(`select (select count(*) from keeper_erasure where programme = ?) + (select count(*) from keeper_taken where programme = ? and what = ?)`,
		programme, programme, TakenFile))
}
