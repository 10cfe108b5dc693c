package output

import (
	"plait/internal/kit/db"
	"plait/internal/spine/ref"
)

// countOwing counts the contributions of a project of which nobody has said what became.
func countOwing(tx *db.Tx, programme, project string, now int64) (int64, error) {
	all, err := ref.Tallies(tx, programme, project, now)
	var n int64
	for _, t := range all {
		if t.Kind == contribution && t.Fate == "owing" {
			n += t.N
		}
	}
	return n, err
}

// countNameless counts the contributions of a project that may be used and of which nobody
// knows who spoke, whether they are owed an answer or have one: no letter can tell of them.
func countNameless(tx *db.Tx, programme, project string, now int64) (int64, error) {
	return db.Count(tx, db.Q("select count(*) from ref_record r where r.programme = ? and r.project = ? and r.kind = ? and r.person = '' and r.fate <> '' and r.until > ?",
		programme, project, contribution, now))
}

// countWhere counts a project's letters under a condition on output_letter.
func countWhere(tx *db.Tx, programme, project string, cond db.Part) (int64, error) {
	return db.Count(tx, db.Join(db.Q("select count(*) from output_letter l where l.programme = ? and l.project = ? and", programme, project), cond))
}

// inState is a condition on the letter's state.
func inState(states ...string) db.Part { return db.Join(db.Q("l.state in"), db.List(states)) }

// madeBefore is the condition that a letter was made before an instant and waits for a person.
func madeBefore(at int64) db.Part {
	return db.Q("l.state in ('ready', 'by hand') and l.made_at < ?", at)
}

// unsaid is the condition that a plain sentence is missing.
func unsaid() db.Part { return db.Q("l.state = 'waiting' and l.owing = 0 and l.plain > 0") }

// mostMissing names the record whose plain sentence keeps most letters waiting.
func mostMissing(tx *db.Tx, programme, project string) (ref.Ref, bool, error) {
	missing, ok, err := db.One(tx, db.Q(`select l.missing from output_letter l where l.programme = ? and l.project = ? and l.state = 'waiting' and l.owing = 0 and l.plain > 0
		group by l.missing order by count(*) desc, l.missing limit 1`, programme, project), db.Value[string])
	if err != nil || !ok {
		return ref.Ref{}, false, err
	}
	at, err := ref.Parse(missing)
	return at, err == nil, err
}

// recordIf reads a record under a condition. may is who may see it.
func recordIf(tx *db.Tx, programme string, at ref.Ref, may db.Part) (ref.Record, bool, error) {
	return db.One(tx, db.Join(db.Q("select "+ref.Columns("r")+" from ref_record r where r.programme = ? and r.id = ? and r.kind = ? and", programme, at.ID, at.Kind), may), ref.Scan)
}

// maybeStale reads released letters of which something has changed, or on whose records
// something new stands, since they were made.
func maybeStale(tx *db.Tx, programme, project string, most int64) ([]Letter, error) {
	return db.All(tx, db.Q(letterSelected+` where l.programme = ? and l.project = ? and l.state in ('released', 'handed') and (
		exists (select 1 from output_told o join ref_record c on c.programme = o.programme and c.id = o.record where o.programme = l.programme and o.letter = l.id and c.changed_at > l.made_at)
		or exists (select 1 from output_told o join tie t on t.programme = o.programme and t.from_id = o.record where o.programme = l.programme and o.letter = l.id and t.at > l.made_at)
		or exists (select 1 from ref_record p where p.programme = l.programme and p.project = l.project and p.kind = 'personal' and p.person = l.person and p.changed_at > l.made_at))
		order by l.id limit ?`, programme, project, most), scanLetter)
}

// unwritten counts the people of a project whose words were used and who have no letter.
func unwritten(tx *db.Tx, programme, project string, now int64) (int64, error) {
	return db.Count(tx, db.Q("select count(*) from (select distinct r.person "+contributes+` and r.fate <> 'owing') p where not exists (
		select 1 from output_letter l where l.programme = ? and l.project = ? and l.person = p.person)`, programme, project, now, programme, project))
}

// waitingBy counts waiting letters by project. may is which letters may be seen. coalesce
// keeps SQLite to the index by kind: it would read the whole programme by project.
func waitingBy(tx *db.Tx, may db.Part) (map[string]int64, error) {
	type row struct {
		project string
		n       int64
	}
	out := map[string]int64{}
	err := db.Each(tx, db.Join(db.Q("select coalesce(r.project, ''), count(*) from ref_record r where r.kind = 'letter' and r.state = 'waiting' and"), may, db.Q("group by coalesce(r.project, '')")),
		func(r db.Row, x *row) error { return r.Scan(&x.project, &x.n) }, func(x row) error { out[x.project] = x.n; return nil })
	return out, err
}
