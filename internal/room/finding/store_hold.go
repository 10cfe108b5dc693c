package finding

import "plait/internal/kit/db"

// madeOne is what was made of one of a person's contributions.
type madeOne struct {
	at          int64
	text, quote string
}

func scanMade(r db.Row, m *madeOne) error { return r.Scan(&m.at, &m.text, &m.quote) }

// madeOf reads the findings that stand on what one person said and is not hidden.
func madeOf(tx *db.Tx, programme, person string, now int64) ([]madeOne, error) {
	return db.All(tx, db.Q(`select f.made_at, f.statement, p.quote from ref_record r join finding_pick p on p.programme = r.programme and p.contribution = r.id
		join finding_finding f on f.programme = p.programme and f.id = p.finding
		where r.programme = ? and r.person = ? and r.kind = 'contribution' and r.until > ? order by f.made_at, f.id, p.contribution`, programme, person, now), scanMade)
}

// answered reads what was answered to what one person said and is not hidden.
func answered(tx *db.Tx, programme, person string, now int64) ([]madeOne, error) {
	return db.All(tx, db.Q(`select x.at, x.reason, x.fate from ref_record r join finding_fate x on x.programme = r.programme and x.contribution = r.id
		where r.programme = ? and r.person = ? and r.kind = 'contribution' and r.until > ? and x.reason <> '' order by x.at, r.id`, programme, person, now), scanMade)
}
