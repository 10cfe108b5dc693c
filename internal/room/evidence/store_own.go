package evidence

import (
	"plait/internal/kit/db"
	"plait/internal/kit/search"
)

// mine reads one person's contributions, newest first.
func mine(tx *db.Tx, person string, may db.Part) ([]Contribution, error) {
	return db.All(tx, db.Join(db.Q(selected+" where"), db.And(may, db.Q("r.person = ? and r.kind = ?", person, Kind)),
		db.Q("order by r.changed_at desc, r.id desc limit 500")), scan)
}

// lastWords reads what one person said anywhere in a programme, newest first.
func lastWords(tx *db.Tx, programme, person string) ([]Contribution, error) {
	return mine(tx, person, db.Q("r.programme = ?", programme))
}

// wipe takes every word of a contribution away.
func wipe(tx *db.Tx, programme, id string) error {
	if err := search.Drop(tx, programme, id); err != nil {
		return err
	}
	return tx.Do(db.Q(`update evidence_contribution set words = '', source = '', interpreter = '', role = '', reference = '', said_on = '',
		question = '', answer = '', interest = '', interest_by = '', account = '', account_by = '', page_starts = ''
		where programme = ? and id = ?`, programme, id))
}
