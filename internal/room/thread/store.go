package thread

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"plait/internal/kit/db"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
	"plait/internal/spine/who"
)

// atOnce is how many ids one statement names.
const atOnce = 500

// sight is what an actor may see of rows of ref_record r. May: the row itself, by its
// kind's own permission, and by its narrower one where it needs that. Hears: what people
// said there, one by one; others learn no more than about how many spoke.
type sight struct{ may, hears db.Part }

// sightOf is what the actor may see.
func sightOf(ctx context.Context, tx *db.Tx, kinds map[string]plug.Kind) (s sight, err error) {
	if s.may, err = visible(ctx, tx, kinds); err != nil {
		return s, err
	}
	s.hears = db.Q("1 = 0")
	if who.From(ctx).Kind != who.Card { // a card reads its own words, and nobody else's
		s.hears, err = who.Where(ctx, tx, "r", kinds[Contribution].Permission)
	}
	return s, err
}

func visible(ctx context.Context, tx *db.Tx, kinds map[string]plug.Kind) (db.Part, error) {
	type group struct {
		where db.Part
		names []string
	}
	same := map[string]*group{} // kinds that are seen on the same condition are asked about at once
	var order []*group
	add := func(kind string, where db.Part) {
		key := fmt.Sprint(where.SQL, where.Args)
		if same[key] == nil {
			same[key] = &group{where: where}
			order = append(order, same[key])
		}
		same[key].names = append(same[key].names, kind)
	}
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		k := kinds[name]
		where := db.Q("r.programme = ?", who.From(ctx).Programme)
		var err error
		if k.Permission != "" {
			if where, err = who.Where(ctx, tx, "r", k.Permission); err != nil {
				return db.Part{}, err
			}
		}
		if n, ok := narrower()[name]; ok {
			few, err := who.Where(ctx, tx, "r", n.permission)
			if err != nil {
				return db.Part{}, err
			}
			where = db.Or(db.And(db.Q("r.state = ?", n.open), where), few)
		}
		add(name, where)
	}
	var any []db.Part
	for _, g := range order {
		any = append(any, db.Join(db.Q("(r.kind in"), db.List(g.names), db.Q("and"), g.where, db.Q(")")))
	}
	return db.Or(any...), nil
}

// record is a row of ref_record as the actor may see it: Title is "" unless Shown.
type record struct {
	ref.Record
	Shown   bool
	Allowed bool // the actor has the permission for it, though it may be withdrawn
	Hears   bool // the actor may see what people said where it stands
}

// open says that the actor may know that a record is there, in a thread that begins where
// they hear people's words or not.
func (r record) open(hears bool) bool {
	switch r.Kind {
	case Personal:
		return r.Allowed
	case Contribution:
		return r.Allowed || hears
	}
	return true
}

// records reads rows by their ids; what is not there is left out.
func records(tx *db.Tx, programme string, ids []string, may sight, now int64) (map[string]record, error) {
	out := make(map[string]record, len(ids))
	for len(ids) > 0 {
		part := ids[:min(atOnce, len(ids))]
		ids = ids[len(part):]
		// The title leaves the database only where the reader may see it. What the reader may
		// is asked once for each row: without the offset, SQLite asks it again for each use of
		// the answer.
		q := db.Join(db.Q(`select x.id, x.kind, x.project, x.strand, x.until, x.version, x.changed_at, x.stale_since, x.allowed * x.live,
			case when x.allowed * x.live = 1 then x.title else '' end, case when x.allowed * x.live = 1 then x.state else '' end,
			case when x.allowed * x.live = 1 then x.fate else '' end, x.allowed, x.hears
			from (select r.id, r.kind, r.project, r.strand, r.until, r.version, r.changed_at, r.stale_since, r.title, r.state, r.fate,
			case when`), may.may, db.Q("then 1 else 0 end as allowed, case when"), terms.Where("r", terms.Project, now),
			db.Q("then 1 else 0 end as live, case when"), may.hears, db.Q("then 1 else 0 end as hears from ref_record r where r.programme = ? and r.id in", programme),
			db.List(part), db.Q("limit ? offset 0) x", atOnce))
		err := db.Each(tx, q, func(row db.Row, r *record) error {
			var seen, allowed, hears int64
			err := row.Scan(&r.ID, &r.Kind, &r.Project, &r.Strand, &r.Until, &r.Version, &r.ChangedAt, &r.Stale, &seen, &r.Title, &r.State, &r.Fate, &allowed, &hears)
			r.Programme, r.Shown, r.Allowed, r.Hears = programme, seen == 1, allowed == 1, hears == 1
			return err
		}, func(r record) error { out[r.ID] = r; return nil })
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// link is the two ends of a tie.
type link struct{ From, To ref.Ref }

func scanLink(row db.Row, l *link) error {
	return row.Scan(&l.From.Kind, &l.From.ID, &l.To.Kind, &l.To.ID)
}

// above reads what ids stand on, contributions left out; below what stands on ids. The
// kinds are named one by one: so an index leads past a thousand contributions.
func above(tx *db.Tx, programme string, kinds, ids []string) ([]link, error) {
	return links(tx, ids, func(part []string) db.Part {
		return db.Join(db.Q("select t.from_kind, t.from_id, t.to_kind, t.to_id from tie t where t.programme = ? and t.from_kind in", programme), db.List(kinds),
			db.Q("and t.to_id in"), db.List(part))
	})
}

func below(tx *db.Tx, programme string, ids []string) ([]link, error) {
	return links(tx, ids, func(part []string) db.Part {
		return db.Join(db.Q("select t.from_kind, t.from_id, t.to_kind, t.to_id from tie t where t.programme = ? and t.from_id in", programme), db.List(part))
	})
}

func links(tx *db.Tx, ids []string, query func([]string) db.Part) ([]link, error) {
	var out []link
	for len(ids) > 0 {
		part := ids[:min(atOnce, len(ids))]
		ids = ids[len(part):]
		some, err := db.All(tx, query(part), scanLink)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	return out, nil
}

// heard is how many live contributions of a strand a record stands on.
type heard struct {
	Root, Strand string
	N            int64
}

// voices counts, for each of ids, the live contributions tied to it by strand, each once.
func voices(tx *db.Tx, programme string, ids []string, now int64) ([]heard, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	// The ties are counted already, each once; only a contribution that is tied to the same
	// record twice, with two stances, makes its record's own ties be read.
	twice, err := db.All(tx, db.Join(db.Q(`select distinct x.to_id from (select t.to_id, t.from_id from tie t where t.programme = ? and t.from_kind = ? and t.to_id in`,
		programme, Contribution), db.List(ids), db.Q("group by t.to_id, t.from_id having count(*) > 1) x")), db.Value[string])
	if err != nil {
		return nil, err
	}
	out, err := counted(tx, programme, ids, now)
	if err != nil || len(twice) == 0 {
		return out, err
	}
	out = slices.DeleteFunc(out, func(h heard) bool { return slices.Contains(twice, h.Root) })
	exact, err := distinctVoices(tx, programme, twice, now)
	return append(out, exact...), err
}

// distinctVoices is voices by the contributions themselves.
func distinctVoices(tx *db.Tx, programme string, ids []string, now int64) ([]heard, error) {
	return db.All(tx, db.Join(db.Q(`select t.to_id, r.strand, count(distinct r.id) from tie t join ref_record r on r.programme = t.programme and r.id = t.from_id
		where t.programme = ? and t.from_kind = ? and t.to_id in`, programme, Contribution), db.List(ids), db.Q("and"), terms.Where("r", terms.Project, now),
		db.Q("group by t.to_id, r.strand")),
		func(row db.Row, h *heard) error { return row.Scan(&h.Root, &h.Strand, &h.N) })
}

// counted is how many ties lead to each of ids from live contributions, by strand.
func counted(tx *db.Tx, programme string, ids []string, now int64) ([]heard, error) {
	var out []heard
	for part := range slices.Chunk(ids, atOnce) {
		some, err := db.All(tx, db.Join(db.Q(`select c.to_id, c.strand, sum(c.n) from tie_count c where c.programme = ? and c.from_kind = ? and c.until_at > ? and c.to_id in`,
			programme, Contribution, now), db.List(part), db.Q("group by c.to_id, c.strand having sum(c.n) <> 0")),
			func(row db.Row, h *heard) error { return row.Scan(&h.Root, &h.Strand, &h.N) })
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	return out, nil
}

// tied gives each tie from a contribution to one of ids to f. There may be thousands: the
// database hands them over as one text for each record, which costs a third of so many rows.
func tied(tx *db.Tx, programme string, ids []string, f func(to, from string)) error {
	type row struct{ to, from string }
	for part := range slices.Chunk(ids, atOnce) {
		err := db.Each(tx, db.Join(db.Q("select t.to_id,"), tx.Engine().Listed("t.from_id"), db.Q("from tie t where t.programme = ? and t.from_kind = ? and t.to_id in", programme, Contribution),
			db.List(part), db.Q("group by t.to_id")), func(r db.Row, x *row) error { return r.Scan(&x.to, &x.from) },
			func(x row) error {
				for from := range strings.SplitSeq(x.from, db.ListedBy) {
					f(x.to, from)
				}
				return nil
			})
		if err != nil {
			return err
		}
	}
	return nil
}

// strands gives the strand of each of ids that is live to f.
func strands(tx *db.Tx, programme string, ids []string, now int64, f func(id, strand string)) error {
	type row struct{ id, strand string }
	for part := range slices.Chunk(ids, atOnce) {
		err := db.Each(tx, db.Join(db.Q("select r.id, r.strand from ref_record r where r.programme = ? and r.id in", programme), db.List(part), db.Q("and"),
			terms.Where("r", terms.Project, now)), func(r db.Row, x *row) error { return r.Scan(&x.id, &x.strand) },
			func(x row) error { f(x.id, x.strand); return nil })
		if err != nil {
			return err
		}
	}
	return nil
}

// moved is a strand of which something under a record has changed or was taken back.
type moved struct{ ID, Strand string }

// movedStrands says, for records that are marked stale, of which strands their
// contributions have moved since someone last confirmed.
func movedStrands(tx *db.Tx, programme string, ids []string, now int64) ([]moved, error) {
	return db.All(tx, db.Join(db.Q(`select distinct t.to_id, s.strand from tie t join ref_record s on s.programme = t.programme and s.id = t.from_id
		where t.programme = ? and s.kind = ? and (s.version > t.version or s.until <= ?) and t.to_id in`, programme, Contribution, now), db.List(ids)),
		func(row db.Row, m *moved) error { return row.Scan(&m.ID, &m.Strand) })
}
