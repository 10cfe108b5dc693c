package keeper

import (
	"encoding/json"

	"plait/internal/kit/blob"
	"plait/internal/kit/db"
	"plait/internal/spine/trail"
)

// referenceWork is what looking through all references counts for in the progress: as
// much as so many links.
const referenceWork = 5000

// fileWork is what a file of so many bytes counts for: one, and ten for each mebibyte that
// is read.
func fileWork(size int64, quick bool) int64 {
	if quick {
		return 1
	}
	return 1 + 10*size>>20
}

// workOf says how much a check has to do, so that it can be said how far it is.
func workOf(tx *db.Tx, programme string, quick bool) (int64, error) {
	links, _, err := trail.Tail(tx, programme)
	if err != nil {
		return 0, err
	}
	files, size, err := blob.Weight(tx, programme)
	if err != nil {
		return 0, err
	}
	if quick {
		size = 0
	}
	records, err := db.Count(tx, db.Q("select count(*) from ref_record where programme = ?", programme))
	return links + referenceWork + files + 10*size>>20 + records, err
}

func insertCheck(tx *db.Tx, programme, id, actor string, quick bool, now int64) error {
	n := int64(0)
	if quick {
		n = 1
	}
	return tx.Do(db.Q(`insert into keeper_check (programme, id, actor, quick, state, done, total, doing, result, at, changed_at) values (?, ?, ?, ?, ?, 0, 0, '', '', ?, ?)`,
		programme, id, actor, n, Checking, now, now))
}

// lastCheck reads the newest check; state "" takes any.
func lastCheck(tx *db.Tx, programme, state string) (KeptCheck, bool, error) {
	where := db.Q("programme = ?", programme)
	if state != "" {
		where = db.And(where, db.Q("state = ?", state))
	}
	return db.One(tx, db.Join(db.Q("select id, state, doing, done, total, at, changed_at, result from keeper_check where"), where, db.Q("order by id desc limit 1")),
		func(r db.Row, k *KeptCheck) error {
			var result string
			if err := r.Scan(&k.ID, &k.State, &k.Doing, &k.Done, &k.Total, &k.At, &k.Changed, &result); err != nil || result == "" {
				return err
			}
			return json.Unmarshal([]byte(result), &k.Result)
		})
}

// asked reads how a check was asked for, as long as it has not come to its end.
func asked(tx *db.Tx, programme, id string) (quick, there bool, err error) {
	n, there, err := db.One(tx, db.Q("select quick from keeper_check where programme = ? and id = ? and state = ?", programme, id, Checking), db.Value[int64])
	return n != 0, there, err
}

func tellCheck(tx *db.Tx, programme, id, doing string, done, total, now int64) error {
	return tx.Do(db.Q("update keeper_check set doing = ?, done = ?, total = ?, changed_at = ? where programme = ? and id = ? and state = ?", doing, done, total, now, programme, id, Checking))
}

// endCheck keeps what a check found. Of older ones the last ten stay.
func endCheck(tx *db.Tx, programme, id, state, result string, now int64) error {
	if err := tx.Do(db.Q("update keeper_check set state = ?, result = ?, done = total, changed_at = ? where programme = ? and id = ?", state, result, now, programme, id)); err != nil {
		return err
	}
	return tx.Do(db.Q("delete from keeper_check where programme = ? and id not in (select id from keeper_check where programme = ? order by id desc limit 10)", programme, programme))
}
