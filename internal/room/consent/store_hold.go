package consent

import "plait/internal/kit/db"

// ofPerson is the records that are one person's own.
const ofPerson = `(select r.id from ref_record r where r.programme = ? and r.person = ? and r.kind <> 'person')`

// givenBy reads every agreement about what is one person's own, each once, oldest first.
func givenBy(tx *db.Tx, programme, person string) ([]Given, error) {
	return db.All(tx, db.Q(`select g.id, g.uses, g.ends, g.mode, g.helper, g.asked, g.nation, g.regime, g.ethics, g.wording, g.language, g.format, g.given_by, g.at
		from consent_given g where g.programme = ? and g.id in (select a.given from consent_about a where a.programme = ? and a.record in `+ofPerson+`)
		order by g.at, g.id`, programme, programme, programme, person), scanGiven)
}

// takenOnce is one taking back, of one thing or of several at once.
type takenOnce struct {
	use, told     string
	at, undoUntil int64
	open          bool
}

// tookBack reads what a person took back of what is still theirs, oldest first.
func tookBack(tx *db.Tx, programme, person string) ([]takenOnce, error) {
	return db.All(tx, db.Q(`select w.id, w.use, w.told, w.at, min(w.closed_at), max(w.undo_until) from consent_withdrawal w
		where w.programme = ? and w.record in `+ofPerson+` group by w.id, w.use, w.told, w.at order by w.at, w.id, w.use`, programme, programme, person),
		func(r db.Row, t *takenOnce) error {
			var id string
			var closed int64
			err := r.Scan(&id, &t.use, &t.told, &t.at, &closed, &t.undoUntil)
			t.open = closed == 0 && t.undoUntil > 0
			return err
		})
}
