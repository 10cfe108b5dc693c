package ref

import "plait/internal/kit/db"

// SetUntil sets the end of use of many records of one programme in two statements and
// keeps the counts right: it shows or hides a whole import at once. which is a list or
// a query of ids, as it stands after "in": (select id from ...). Records whose end is
// until already are left. It gives the number of records changed.
func SetUntil(tx *db.Tx, programme string, which db.Part, until int64) (int64, error) {
	type sum struct {
		counted
		n int64
	}
	where := db.Join(db.Q("programme = ? and until <> ? and id in", programme, until), which)
	sums, err := db.All(tx, db.Join(db.Q("select project, site, kind, strand, fate, until, count(*) from ref_record where"), where,
		db.Q("group by project, site, kind, strand, fate, until")),
		func(r db.Row, s *sum) error {
			return r.Scan(&s.Project, &s.Site, &s.Kind, &s.Strand, &s.Fate, &s.Until, &s.n)
		})
	if err != nil || len(sums) == 0 {
		return 0, err
	}
	const most = 1000
	var rows [][]any
	for _, s := range sums {
		rows = append(rows, []any{programme, s.Project, s.Site, s.Kind, s.Strand, s.Fate, s.Until, -s.n},
			[]any{programme, s.Project, s.Site, s.Kind, s.Strand, s.Fate, until, s.n})
	}
	for len(rows) > 0 {
		part := rows[:min(most, len(rows))]
		rows = rows[len(part):]
		if err := tx.Do(db.Join(db.Q("insert into ref_count (programme, project, site, kind, strand, fate, until_at, n) values"), db.Values(part))); err != nil {
			return 0, err
		}
	}
	return tx.Exec(db.Join(db.Q("update ref_record set until = ? where", until), where))
}
