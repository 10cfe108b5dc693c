package finding

import (
	"plait/internal/kit/db"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
)

// saidIn counts the live contributions of a project.
func saidIn(tx *db.Tx, programme, project string, now int64) (n int64, err error) {
	all, err := ref.Tallies(tx, programme, project, now)
	for _, t := range all {
		if t.Kind == said {
			n += t.N
		}
	}
	return n, err
}

// idleDrafts counts the drafts of a project that have not changed since an instant, and
// reads the oldest.
func idleDrafts(tx *db.Tx, project string, may db.Part, now, since int64) (int64, Finding, error) {
	where := db.And(may, terms.Where("r", terms.Project, now), db.Q("r.project = ? and r.kind = ? and r.state = ? and r.changed_at < ?", project, Kind, Draft, since))
	n, err := db.Count(tx, db.Join(db.Q("select count(*) from ref_record r where"), where))
	if err != nil || n == 0 {
		return 0, Finding{}, err
	}
	first, _, err := db.One(tx, db.Join(db.Q(selected+" where"), where, db.Q("order by r.changed_at, r.id limit 1")), scan)
	return n, first, err
}

// perProject reads numbers by project id.
func perProject(tx *db.Tx, q db.Part) (map[string]int64, error) {
	type sum struct {
		project string
		n       int64
	}
	rows, err := db.All(tx, q, func(row db.Row, s *sum) error { return row.Scan(&s.project, &s.n) })
	out := map[string]int64{}
	for _, x := range rows {
		out[x.project] = x.n
	}
	return out, err
}

// sharedBy counts the shared findings of each project. may is who may see what.
func sharedBy(tx *db.Tx, may db.Part, now int64) (map[string]int64, error) {
	return perProject(tx, db.Join(db.Q("select coalesce(r.project, ''), count(*) from ref_record r where"), db.And(may, terms.Where("r", terms.Project, now),
		db.Q("r.kind = ? and r.state = ?", Kind, Shared)), db.Q("group by coalesce(r.project, '')")))
}

// owingBy counts the live contributions that owe an answer, of each project the actor may
// see. may is which projects.
func owingBy(tx *db.Tx, may db.Part, now int64) (map[string]int64, error) {
	return perProject(tx, db.Join(db.Q(`select r.id, sum(c.n) from ref_record r join ref_count c on c.programme = r.programme and c.project = r.id
		where r.kind = ? and c.kind = ? and c.fate = ? and c.until_at > ? and`, ref.Project, said, Owing, now), may, db.Q("group by r.id having sum(c.n) > 0")))
}
