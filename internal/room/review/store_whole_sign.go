package review

import (
	"plait/internal/kit/db"
	"plait/internal/spine/terms"
)

// oneSaid is the first statement that a sign is about, and the page of its review to open.
type oneSaid struct{ review, title, page string }

func scanSaid(r db.Row, s *oneSaid) error { return r.Scan(&s.review, &s.title) }

// unshown counts a project's statements that were not given into its thread.
func unshown(tx *db.Tx, programme, project string) (int64, oneSaid, error) {
	return firstSaid(tx, "/map", db.Q(`from ref_record t join review_statement s on s.programme = t.programme and s.id = t.id
		where t.programme = ? and t.project = ? and t.kind = ? and t.state <> ? and s.given = ''`, programme, project, Statement, SetAside))
}

// unanswered counts those that were given and that nobody's words answer yet.
func (r *Room) unanswered(tx *db.Tx, programme, project string) (int64, oneSaid, error) {
	live := terms.Where("c", terms.Project, r.clock.Now())
	return firstSaid(tx, "/map", db.Join(db.Q(`from ref_record t join review_statement s on s.programme = t.programme and s.id = t.id
		where t.programme = ? and t.project = ? and t.kind = ? and t.state <> ? and s.given <> '' and not exists
		(select 1 from tie k join ref_record c on c.programme = k.programme and c.id = k.from_id and c.kind = 'contribution' and c.id <> s.given
			where k.programme = s.programme and k.to_id in (s.id, s.given) and`, programme, project, Statement, SetAside), live, db.Q(")")))
}

// openGaps counts what nobody has found out.
func openGaps(tx *db.Tx, programme, project string) (int64, oneSaid, error) {
	return firstSaid(tx, "/map", db.Q(`from ref_record t join review_gap s on s.programme = t.programme and s.id = t.id
		where t.programme = ? and t.project = ? and t.kind = ? and s.closed_at = 0`, programme, project, Gap))
}

func firstSaid(tx *db.Tx, page string, from db.Part) (int64, oneSaid, error) {
	n, err := db.Count(tx, db.Join(db.Q("select count(*)"), from))
	if err != nil || n == 0 {
		return 0, oneSaid{}, err
	}
	first, _, err := db.One(tx, db.Join(db.Q("select s.review, t.title"), from, db.Q("order by s.made_at, s.id limit 1")), scanSaid)
	first.page = page
	return n, first, err
}
