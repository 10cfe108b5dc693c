package programme

import (
	"bytes"
	"slices"
	"strings"

	"plait/internal/kit/db"
	"plait/internal/kit/text"
	"plait/internal/spine/ref"
)

// projects reads the projects that may lets the actor see, by title.
func projects(tx *db.Tx, may db.Part) ([]OverviewLine, error) {
	out, err := db.All(tx, db.Join(db.Q(`select r.id, r.title, r.state from ref_record r where`), may, db.Q(`and r.kind = ?`, ref.Project)),
		func(r db.Row, l *OverviewLine) error {
			l.N = map[string]int64{}
			return r.Scan(&l.Project, &l.Title, &l.Phase)
		})
	slices.SortFunc(out, func(a, b OverviewLine) int {
		if n := bytes.Compare(text.SortKey(a.Title), text.SortKey(b.Title)); n != 0 {
			return n
		}
		return strings.Compare(a.Project, b.Project)
	})
	return out, err
}

// heard counts the live contributions of every project of a programme by strand, all in
// one query; one of two strands counts in both, one not yet sorted under "".
func heard(tx *db.Tx, programme string, now int64) (map[string]map[string]int64, error) {
	type row struct {
		project, strand string
		n               int64
	}
	rows, err := db.All(tx, db.Q(`select project, strand, sum(n) from ref_count where programme = ? and kind = 'contribution' and until_at > ?
		group by project, strand`, programme, now), func(r db.Row, x *row) error { return r.Scan(&x.project, &x.strand, &x.n) })
	out := map[string]map[string]int64{}
	for _, x := range rows {
		if out[x.project] == nil {
			out[x.project] = map[string]int64{}
		}
		for _, s := range strings.Split(x.strand, "+") {
			out[x.project][s] += x.n
		}
	}
	return out, err
}
