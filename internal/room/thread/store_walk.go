package thread

import (
	"errors"

	"plait/internal/kit/db"
	"plait/internal/spine/ref"
)

// joint is a tie as a walk reads it.
type joint struct {
	link
	Stance, Reason string
}

// errFull ends a walk that has come to more records than are shown whole.
var errFull = errors.New("thread: more records than are walked")

// Which ties a walk reads from the records of one level: those that lead away from them,
// those that lead to them, and those that lead to contributions. These last are few, as
// when a person adds to what they said, and their condition stands in the text as it is
// in the index: else PostgreSQL takes a thousand contributions for as many findings, and
// reads every tie.
const (
	awayFrom = "t.from_id in"
	leadTo   = "t.to_id in"
	addTo    = "t.to_kind = 'contribution' and t.to_id in"
)

// joints reads the ties of ids on one side and gives each to f. It reads few at first: a
// record may have a hundred thousand. kinds names what they may lead from; nil = anything.
func joints(tx *db.Tx, programme string, ids []string, side string, kinds []string, f func(joint) error) error {
	only := db.Q("")
	if kinds != nil {
		only = db.Join(db.Q("and t.from_kind in"), db.List(kinds))
	}
	for len(ids) > 0 {
		part := ids[:min(atOnce, len(ids))]
		ids = ids[len(part):]
		for most := 2 * MaxWhole; ; most *= 8 {
			n := 0
			err := db.Each(tx, db.Join(db.Q("select t.from_kind, t.from_id, t.to_kind, t.to_id, t.stance, t.reason from tie t where t.programme = ? and "+side, programme),
				db.List(part), only, db.Q("limit ?", most)), func(row db.Row, j *joint) error {
				return row.Scan(&j.From.Kind, &j.From.ID, &j.To.Kind, &j.To.ID, &j.Stance, &j.Reason)
			}, func(j joint) error { n++; return f(j) })
			if err != nil {
				return err
			}
			if n < most {
				break
			}
		}
	}
	return nil
}

// contributionsOf counts the contributions tied to any of ids, at most atOnce, each once.
func contributionsOf(tx *db.Tx, programme string, ids []string) (int64, error) {
	return db.Count(tx, db.Join(db.Q("select count(distinct t.from_id) from tie t where t.programme = ? and t.from_kind = ? and t.to_id in", programme, Contribution), db.List(ids)))
}

// anyAdded says whether anything in the programme is tied to a contribution.
func anyAdded(tx *db.Tx, programme string) (bool, error) {
	_, some, err := db.One(tx, db.Q("select t.id from tie t where t.programme = ? and t.to_kind = 'contribution' limit 1", programme), db.Value[string])
	return some, err
}

// countAll counts by kind every record of a thread, its first one too, however many. Of
// what belongs to people it counts what the actor may see.
func countAll(tx *db.Tx, programme string, root ref.Ref, up, down bool, may db.Part) (map[string]int64, error) {
	type tally struct {
		kind string
		n    int64
	}
	way := func(on bool) int64 {
		if on {
			return 1
		}
		return 0
	}
	all, err := db.All(tx, db.Join(db.Q(`with recursive up (id, kind) as (
		select r.id, r.kind from ref_record r where r.programme = ? and r.id = ?
		union select t.from_id, t.from_kind from up cross join tie t where t.programme = ? and t.to_id = up.id and cast(? as bigint) = 1),
		down (id, kind) as (
		select r.id, r.kind from ref_record r where r.programme = ? and r.id = ?
		union select t.to_id, t.to_kind from down cross join tie t where t.programme = ? and t.from_id = down.id and cast(? as bigint) = 1)
		select x.kind, count(*) from (select id, kind from up union select id, kind from down) x where x.kind <> ? or exists (
		select 1 from ref_record r where r.programme = ? and r.id = x.id and`,
		programme, root.ID, programme, way(up), programme, root.ID, programme, way(down), Personal, programme), may, db.Q(") group by x.kind")),
		func(row db.Row, t *tally) error { return row.Scan(&t.kind, &t.n) })
	out := map[string]int64{}
	for _, t := range all {
		out[t.kind] = t.n
	}
	return out, err
}

// source is something that a record stands on and that moved since someone confirmed.
type source struct {
	At    string // the record that stands on it
	Ref   ref.Ref
	Until int64
}

// mostSources is how many moved sources are named in all.
const mostSources = 200

// movedSources reads what moved under records that are marked stale.
func movedSources(tx *db.Tx, programme string, ids []string, now int64) ([]source, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return db.All(tx, db.Join(db.Q(`select t.to_id, s.kind, s.id, s.until from tie t join ref_record s on s.programme = t.programme and s.id = t.from_id
		where t.programme = ? and (s.version > t.version or s.until <= ?) and t.to_id in`, programme, now), db.List(ids),
		db.Q("order by t.to_id, s.id limit ?", mostSources)),
		func(row db.Row, s *source) error { return row.Scan(&s.At, &s.Ref.Kind, &s.Ref.ID, &s.Until) })
}

// newest says when the last of what moved under each of ids did so.
func newest(tx *db.Tx, programme string, ids []string, now int64) (map[string]int64, error) {
	out := map[string]int64{}
	if len(ids) == 0 {
		return out, nil
	}
	type moment struct {
		id                   string
		changed, ended, done int64
	}
	all, err := db.All(tx, db.Join(db.Q(`select t.to_id, max(s.changed_at), max(case when s.until <= ? then s.until else 0 end), coalesce(max(e.at), 0)
		from tie t join ref_record s on s.programme = t.programme and s.id = t.from_id left join trail_entry e on e.programme = s.programme and e.ref = s.id and e.reading = 0
		where t.programme = ? and (s.version > t.version or s.until <= ?) and t.to_id in`, now, programme, now), db.List(ids), db.Q("group by t.to_id")),
		func(row db.Row, m *moment) error { return row.Scan(&m.id, &m.changed, &m.ended, &m.done) })
	for _, m := range all {
		out[m.id] = max(m.changed, m.ended, m.done)
	}
	return out, err
}

// lastMoved says when something was last done to each of ids, from the trail: a record
// that is withdrawn keeps the time of its last words.
func lastMoved(tx *db.Tx, programme string, ids []string) (map[string]int64, error) {
	type moment struct {
		id string
		at int64
	}
	out := map[string]int64{}
	for len(ids) > 0 {
		part := ids[:min(atOnce, len(ids))]
		ids = ids[len(part):]
		all, err := db.All(tx, db.Join(db.Q("select e.ref, max(e.at) from trail_entry e where e.programme = ? and e.reading = 0 and e.ref in", programme), db.List(part), db.Q("group by e.ref")),
			func(row db.Row, m *moment) error { return row.Scan(&m.id, &m.at) })
		if err != nil {
			return nil, err
		}
		for _, m := range all {
			out[m.id] = m.at
		}
	}
	return out, nil
}

// stands is the records of a project that stand on something that moved.
type stands struct {
	ref.Record
	n int64
}

// marked counts the live records of a project that are marked stale and that the actor
// may see, and gives the one that has waited longest.
func marked(tx *db.Tx, programme, project string, may db.Part, now int64) (stands, error) {
	where := db.Join(db.Q("from ref_record r where r.programme = ? and r.project = ? and r.stale_since > 0 and r.until > ? and r.kind in", programme, project, now), db.List(Stages()), db.Q("and"), may)
	n, err := db.Count(tx, db.Join(db.Q("select count(*)"), where))
	if err != nil || n == 0 {
		return stands{}, err
	}
	first, _, err := db.One(tx, db.Join(db.Q("select "+ref.Columns("r")), where, db.Q("order by r.stale_since, r.id limit 1")), ref.Scan)
	return stands{first, n}, err
}
