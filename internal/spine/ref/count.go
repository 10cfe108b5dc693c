package ref

import (
	"plait/internal/kit/db"
)

// counted is what one count is about: a record's row without its words.
type counted struct {
	Project, Site, Kind, Strand, Fate string
	Until                             int64
}

func (r Record) counted() counted {
	return counted{r.Project, r.Site, r.Kind, r.Strand, r.Fate, r.Until}
}

// count appends the differences between old and new rows; equal ones cost nothing.
// Rows are only ever added here, so two verbs never wait for one another.
func count(tx *db.Tx, programme string, old, now []Record) error {
	diff := map[counted]int64{}
	var order []counted
	add := func(r Record, n int64) {
		c := r.counted()
		if _, ok := diff[c]; !ok {
			order = append(order, c)
		}
		diff[c] += n
	}
	for _, r := range old {
		add(r, -1)
	}
	for _, r := range now {
		add(r, 1)
	}
	var rows [][]any
	for _, c := range order {
		if n := diff[c]; n != 0 {
			rows = append(rows, []any{programme, c.Project, c.Site, c.Kind, c.Strand, c.Fate, c.Until, n})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return tx.Do(db.Join(db.Q("insert into ref_count (programme, project, site, kind, strand, fate, until_at, n) values"), db.Values(rows)))
}

// Tally is one count of live records.
type Tally struct {
	Site, Kind, Strand, Fate string
	N                        int64
}

// Tallies counts the live records of a project (all of a programme when project is "").
func Tallies(tx *db.Tx, programme, project string, now int64) ([]Tally, error) {
	where := db.Q("programme = ? and until_at > ?", programme, now)
	if project != "" {
		where = db.And(where, db.Q("project = ?", project))
	}
	return db.All(tx, db.Join(db.Q("select site, kind, strand, fate, sum(n) from ref_count where"), where,
		db.Q("group by site, kind, strand, fate having sum(n) <> 0 order by kind, strand, fate, site")),
		func(r db.Row, t *Tally) error { return r.Scan(&t.Site, &t.Kind, &t.Strand, &t.Fate, &t.N) })
}

// Fold adds the count rows of each kind up into one. A job runs it; reads are right
// before and after.
func Fold(tx *db.Tx, programme string) error {
	type sum struct {
		counted
		n, rows int64
	}
	sums, err := db.All(tx, db.Q(`select project, site, kind, strand, fate, until_at, sum(n), count(*) from ref_count where programme = ?
		group by project, site, kind, strand, fate, until_at having count(*) > 1 or sum(n) = 0`, programme),
		func(r db.Row, s *sum) error {
			return r.Scan(&s.Project, &s.Site, &s.Kind, &s.Strand, &s.Fate, &s.Until, &s.n, &s.rows)
		})
	if err != nil {
		return err
	}
	for _, s := range sums {
		key := []any{programme, s.Project, s.Site, s.Kind, s.Strand, s.Fate, s.Until}
		if err := tx.Do(db.Q(`delete from ref_count where programme = ? and project = ? and site = ? and kind = ? and strand = ? and fate = ? and until_at = ?`, key...)); err != nil {
			return err
		}
		if s.n == 0 {
			continue
		}
		if err := tx.Do(db.Q(`insert into ref_count (programme, project, site, kind, strand, fate, until_at, n) values (?, ?, ?, ?, ?, ?, ?, ?)`, append(key, s.n)...)); err != nil {
			return err
		}
	}
	return foldUnders(tx, programme)
}

// Recount counts the live records from ref_record itself: what Tallies must equal.
func Recount(tx *db.Tx, programme, project string, now int64) ([]Tally, error) {
	where := db.Q("programme = ? and until > ?", programme, now)
	if project != "" {
		where = db.And(where, db.Q("project = ?", project))
	}
	return db.All(tx, db.Join(db.Q("select site, kind, strand, fate, count(*) from ref_record where"), where,
		db.Q("group by site, kind, strand, fate order by kind, strand, fate, site")),
		func(r db.Row, t *Tally) error { return r.Scan(&t.Site, &t.Kind, &t.Strand, &t.Fate, &t.N) })
}
