package people

import (
	"slices"

	"plait/internal/kit/db"
)

// putNeeds stores a person's needs in place of those before.
func putNeeds(tx *db.Tx, programme, person string, all []Need) error {
	if err := tx.Do(db.Q(`delete from people_need where programme = ? and person = ?`, programme, person)); err != nil || len(all) == 0 {
		return err
	}
	rows := make([][]any, len(all))
	for i, n := range all {
		rows[i] = []any{programme, person, n.List, n.Code, n.Words}
	}
	return tx.Do(db.Join(db.Q(`insert into people_need (programme, person, list, code, words) values`), db.Values(rows)))
}

// needs reads the needs of several people, in the order of the standard's lists.
func needs(tx *db.Tx, programme string, people []string) (map[string][]Need, error) {
	type of struct {
		person string
		Need
	}
	rows, err := db.All(tx, db.Join(db.Q(`select person, list, code, words from people_need where programme = ? and person in`, programme),
		db.List(people), db.Q("order by person, list, code")), func(r db.Row, n *of) error { return r.Scan(&n.person, &n.List, &n.Code, &n.Words) })
	out := map[string][]Need{}
	for _, n := range rows {
		out[n.person] = append(out[n.person], n.Need)
	}
	for _, list := range out {
		slices.SortStableFunc(list, func(a, b Need) int { return rank(a) - rank(b) })
	}
	return out, err
}

// rank is a need's place among all that there are.
func rank(n Need) int {
	at := slices.Index(Codes(n.List), n.Code)
	if n.Code == Other {
		at = 99
	}
	return 100*slices.Index(Lists(), n.List) + at
}

func putShare(tx *db.Tx, programme, person string, s Share) error {
	return tx.Do(db.Q(`insert into people_need_share (programme, id, person, shared_with, since_day, until_day, agreed) values (?, ?, ?, ?, ?, ?, ?)`,
		programme, s.ID, person, s.With, s.Since, s.Until, s.Agreed))
}

func endShare(tx *db.Tx, programme, person, share, today string) error {
	n, err := tx.Exec(db.Q(`update people_need_share set until_day = ? where programme = ? and person = ? and id = ? and until_day = ''`,
		today, programme, person, share))
	return there(n, err)
}

func shares(tx *db.Tx, programme, person string) ([]Share, error) {
	out, err := db.All(tx, db.Q(`select id, shared_with, since_day, until_day, agreed from people_need_share where programme = ? and person = ?
		order by since_day, id`, programme, person), func(r db.Row, s *Share) error { return r.Scan(&s.ID, &s.With, &s.Since, &s.Until, &s.Agreed) })
	return append([]Share{}, out...), err
}

func putMet(tx *db.Tx, programme, person string, m Met) error {
	return tx.Do(db.Q(`insert into people_need_met (programme, id, person, met_day, occasion, met, arranged) values (?, ?, ?, ?, ?, ?, ?)`,
		programme, m.ID, person, m.On, m.Occasion, m.Met, m.Arranged))
}

func mets(tx *db.Tx, programme, person string) ([]Met, error) {
	out, err := db.All(tx, db.Q(`select id, met_day, occasion, met, arranged from people_need_met where programme = ? and person = ?
		order by met_day desc, id desc`, programme, person), func(r db.Row, m *Met) error { return r.Scan(&m.ID, &m.On, &m.Occasion, &m.Met, &m.Arranged) })
	return append([]Met{}, out...), err
}

func putReview(tx *db.Tx, programme, person string, v Review) error {
	return tx.Do(db.Q(`insert into people_review (programme, id, person, review_day, reviewer, note, next_day) values (?, ?, ?, ?, ?, ?, ?)`,
		programme, v.ID, person, v.On, v.By, v.Note, v.Next))
}

func reviews(tx *db.Tx, programme, person string) ([]Review, error) {
	out, err := db.All(tx, db.Q(`select id, review_day, reviewer, note, next_day from people_review where programme = ? and person = ?
		order by review_day desc, id desc`, programme, person), func(r db.Row, v *Review) error { return r.Scan(&v.ID, &v.On, &v.By, &v.Note, &v.Next) })
	return append([]Review{}, out...), err
}
