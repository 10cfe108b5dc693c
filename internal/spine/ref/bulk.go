package ref

import "plait/internal/kit/db"

// SetUntil sets the end of use of many records of one programme in two statements and
// keeps the counts right: it shows or hides a whole import at once. which is a list or
// a query of ids, as it stands after "in": (select id from ...). Records whose end is
// until already are left. It gives the number of records changed.
func SetUntil(tx *db.Tx, programme string, which db.Part, until int64) (int64, error) {
	where := db.Join(db.Q("programme = ? and until <> ? and id in", programme, until), which)
	if err := moveUntil(tx, where, until); err != nil {
		return 0, err
	}
	return set(tx, programme, where, db.Q("until = ?", until), func(c *counted) { c.Until = until })
}

// SetFate sets the fate of many contributions of one programme in two statements and
// keeps the counts right. which is a list or a query of ids, as in SetUntil. Records
// that are not live at now, and those whose fate it is already, are left; nothing of a
// record but its fate changes. It gives the number of records changed.
func SetFate(tx *db.Tx, programme string, which db.Part, fate string, now int64) (int64, error) {
	where := db.Join(db.Q("programme = ? and fate <> ? and until > ? and id in", programme, fate, now), which)
	return set(tx, programme, where, db.Q("fate = ?", fate), func(c *counted) { c.Fate = fate })
}

// set changes the records of one programme that where finds; to does to what is counted
// as change does to the rows. Where none is found nothing is written.
func set(tx *db.Tx, programme string, where, change db.Part, to func(*counted)) (int64, error) {
	type sum struct {
		counted
		n int64
	}
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
		now := s.counted
		to(&now)
		rows = append(rows, []any{programme, s.Project, s.Site, s.Kind, s.Strand, s.Fate, s.Until, -s.n},
			[]any{programme, now.Project, now.Site, now.Kind, now.Strand, now.Fate, now.Until, s.n})
	}
	for len(rows) > 0 {
		part := rows[:min(most, len(rows))]
		rows = rows[len(part):]
		if err := tx.Do(db.Join(db.Q("insert into ref_count (programme, project, site, kind, strand, fate, until_at, n) values"), db.Values(part))); err != nil {
			return 0, err
		}
	}
	return tx.Exec(db.Join(db.Q("update ref_record set"), change, db.Q("where"), where))
}

// Last is the id after which the next page of most begins: that of the last of a full
// page, "" when the page was not full and there are no more.
func Last[T any](page []T, most int, id func(T) string) string {
	if len(page) == 0 || len(page) < most {
		return ""
	}
	return id(page[len(page)-1])
}
