package trail

import (
	"fmt"
	"slices"

	"plait/internal/kit/db"
	"plait/internal/spine/ref"
)

// Filter says which entries are listed. Empty fields choose nothing out.
type Filter struct {
	Projects []string // of these projects; nil = of the whole programme
	Actor    string   // as Entry.Actor
	Ref      ref.Ref
	Verbs    []string // nil = all; List looks for each by itself: at most a hundred or so
	Without  []string // never these verbs
	Reads    bool     // readings alone
	Changes  bool     // changes alone
	From, To int64    // from this instant to before that; 0 = open
	After    string   // the Next of the page before
	Most     int64    // entries of a page; at least 1
}

// conditions is what every entry must meet beside what its index is chosen by.
func (f Filter) conditions() []db.Part {
	var out []db.Part
	if f.From != 0 {
		out = append(out, db.Q("e.at >= ?", f.From))
	}
	if f.To != 0 {
		out = append(out, db.Q("e.at < ?", f.To))
	}
	if f.Reads {
		out = append(out, db.Q("e.reading = 1"))
	}
	if f.Changes {
		out = append(out, db.Q("e.reading = 0"))
	}
	if len(f.Without) > 0 {
		out = append(out, db.Join(db.Q("e.verb not in"), db.List(f.Without)))
	}
	return out
}

// arms gives one condition for each index range that is read: an entry meets exactly one.
func (f Filter) arms() []db.Part {
	within := db.Q("1 = 1")
	if f.Projects != nil {
		within = db.Join(db.Q("e.project in"), db.List(f.Projects))
	}
	acts := db.Q("1 = 1")
	if f.Actor != "" {
		acts = db.Q("e.actor = ?", f.Actor)
	}
	does := db.Q("1 = 1")
	if f.Verbs != nil {
		does = db.Join(db.Q("e.verb in"), db.List(f.Verbs))
	}
	var out []db.Part
	switch {
	case !f.Ref.None():
		out = append(out, db.And(db.Q("e.ref = ?", f.Ref.ID), within, acts, does))
	case f.Actor != "":
		out = append(out, db.And(acts, within, does))
	case f.Verbs != nil:
		for _, v := range f.Verbs {
			out = append(out, db.And(db.Q("e.verb = ?", v), within))
		}
	case f.Projects != nil:
		for _, p := range f.Projects {
			out = append(out, db.Q("e.project = ?", p))
		}
	default:
		out = append(out, db.Q("1 = 1"))
	}
	return out
}

// List gives a page of a programme's entries, newest first, and the cursor of the next
// page; "" when this is the last. It reads about a page from each index range, however
// many entries there are.
func List(tx *db.Tx, programme string, f Filter) ([]Entry, string, error) {
	q, ok := f.query(programme)
	if !ok {
		return []Entry{}, "", nil
	}
	out, err := db.All(tx, q, scan)
	if err != nil || int64(len(out)) <= f.Most {
		return out, "", err
	}
	out = out[:f.Most]
	end := out[len(out)-1]
	return out, db.Cursor(end.At, end.ID), nil
}

// query is the statement of List; ok is false when nothing can be found.
func (f Filter) query(programme string) (db.Part, bool) {
	rest := f.conditions()
	if at, last, after := db.ReadCursor(f.After); after {
		rest = append(rest, db.Q("(e.at, e.id) < (?, ?)", at, last))
	}
	arms := f.arms()
	if len(arms) == 0 {
		return db.Part{}, false
	}
	parts := make([]db.Part, len(arms))
	for i, arm := range arms {
		where := db.And(slices.Concat([]db.Part{db.Q("e.programme = ?", programme), arm}, rest)...)
		parts[i] = db.Join(db.Q("select * from (select "+own+" from trail_entry e where"), where,
			db.Q("order by e.at desc, e.id desc limit ?) "+fmt.Sprintf("arm%d", i), f.Most+1))
	}
	return db.Join(db.Q("select "+listed+" from (select * from ("), db.With(" union all ", parts...),
		db.Q(`) x order by x.at desc, x.id desc limit ?) page left join trail_link l on l.programme = ? and l.entry = page.id
		order by page.at desc, page.id desc`, f.Most+1, programme)), true
}

// Links gives linked entries in the order of the chain, behind number after, each with
// the link before it. It reads at most most links and gives those of them that meet the
// filter, whose After and Most it leaves; last is the number of the last link it read, 0
// at the end.
func Links(tx *db.Tx, programme string, f Filter, after, most int64) (out []Linked, last int64, err error) {
	type row struct {
		Linked
		meets bool
	}
	where := append(f.conditions(), db.Q("1 = 1"))
	if f.Projects != nil {
		where = append(where, db.Join(db.Q("e.project in"), db.List(f.Projects)))
	}
	if f.Actor != "" {
		where = append(where, db.Q("e.actor = ?", f.Actor))
	}
	if f.Verbs != nil {
		where = append(where, db.Join(db.Q("e.verb in"), db.List(f.Verbs)))
	}
	if !f.Ref.None() {
		where = append(where, db.Q("e.ref = ?", f.Ref.ID))
	}
	rows, err := db.All(tx, db.Join(db.Q("select "+columns+", coalesce(p.chain, ''), case when"), db.And(where...), db.Q(`then true else false end
		from trail_link l join trail_entry e on e.programme = l.programme and e.id = l.entry
		left join trail_link p on p.programme = l.programme and p.seq = l.seq - 1
		where l.programme = ? and l.seq > ? order by l.seq limit ?`, programme, after, most)),
		func(r db.Row, x *row) error {
			e := &x.Entry
			return r.Scan(&e.ID, &e.At, &e.Actor, &e.Verb, &e.Ref.Kind, &e.Ref.ID, &e.Version, &e.Commitment, &e.Seq, &e.Chain, &e.Project, &x.Before, &x.meets)
		})
	if err != nil {
		return nil, 0, err
	}
	for _, x := range rows {
		if x.meets {
			out = append(out, x.Linked)
		}
	}
	if int64(len(rows)) == most {
		last = rows[len(rows)-1].Seq
	}
	return out, last, nil
}

// Linked is an entry with the link that it stands on.
type Linked struct {
	Entry
	Before string // the link before; "" for the first
}

// Text is what the link of the entry is the SHA-256 of, as text.
func (l Linked) Text() string { return linkText(l.Before, l.Seq, l.Entry) }

// One reads an entry with the link before it.
func One(tx *db.Tx, programme, entry string) (Linked, bool, error) {
	return db.One(tx, db.Q("select "+columns+`, coalesce(p.chain, '') from trail_entry e
		left join trail_link l on l.programme = e.programme and l.entry = e.id
		left join trail_link p on p.programme = l.programme and p.seq = l.seq - 1
		where e.programme = ? and e.id = ?`, programme, entry), func(r db.Row, x *Linked) error {
		e := &x.Entry
		return r.Scan(&e.ID, &e.At, &e.Actor, &e.Verb, &e.Ref.Kind, &e.Ref.ID, &e.Version, &e.Commitment, &e.Seq, &e.Chain, &e.Project, &x.Before)
	})
}

// Tail is the number and the link of the chain's end; 0 and "" when there is none.
func Tail(tx *db.Tx, programme string) (seq int64, chain string, err error) {
	return tail(tx, programme)
}

// Verbs lists the verbs that are in a programme's trail: one look into an index for each,
// however many entries there are.
func Verbs(tx *db.Tx, programme string) ([]string, error) {
	return db.All(tx, db.Q(`with recursive v (verb) as (
		select min(e.verb) from trail_entry e where e.programme = ?
		union all select (select min(e.verb) from trail_entry e where e.programme = ? and e.verb > v.verb) from v where v.verb is not null)
		select v.verb from v where v.verb is not null`, programme, programme), db.Value[string])
}

// Kept says whether the version that an entry made is still there.
func Kept(tx *db.Tx, programme, entry string) (bool, error) {
	n, err := db.Count(tx, db.Q("select count(*) from trail_body where programme = ? and id = ? and body <> 'null'", programme, entry))
	return n > 0, err
}
