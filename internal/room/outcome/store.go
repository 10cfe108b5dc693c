package outcome

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/search"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
	"plait/internal/spine/tie"
	"plait/internal/spine/who"
)

func insert(tx *db.Tx, programme string, o Outcome) error {
	return tx.Do(db.Q(`insert into outcome_outcome (programme, id, sort, title, words, plainly, shows, document, page, link, happened_on, language, why, made_at, version)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, programme, o.Ref.ID, o.Sort, o.Title, o.Text, o.Plainly, o.Shows, o.Document, o.Page,
		o.Link, o.On, o.Language, o.Why, o.MadeAt, o.Version))
}

// update stores a changed outcome where its version is still the one that was read.
func update(tx *db.Tx, programme string, o Outcome, was int64) error {
	n, err := tx.Exec(db.Q(`update outcome_outcome set sort = ?, title = ?, words = ?, plainly = ?, shows = ?, document = ?, page = ?, link = ?,
		happened_on = ?, language = ?, why = ?, version = ? where programme = ? and id = ? and version = ?`, o.Sort, o.Title, o.Text, o.Plainly, o.Shows,
		o.Document, o.Page, o.Link, o.On, o.Language, o.Why, o.Version, programme, o.Ref.ID, was))
	if err == nil && n != 1 {
		return changedMeanwhile("")
	}
	return err
}

// wipe takes every word of an outcome away; its row stays and says nothing.
func wipe(tx *db.Tx, programme, id string) error {
	if err := search.Drop(tx, programme, id); err != nil {
		return err
	}
	return tx.Do(db.Q(`update outcome_outcome set title = '', words = '', plainly = '', shows = '', document = '', page = '', link = '', happened_on = '', why = ''
		where programme = ? and id = ?`, programme, id))
}

// index lets search find an outcome; what belongs to a person is never in it.
func index(tx *db.Tx, programme string, o Outcome) error {
	if o.Ref.Kind != Kind {
		return nil
	}
	return search.Put(tx, doc(programme, o))
}

// doc is the words by which an outcome is found.
func doc(programme string, o Outcome) search.Doc {
	return search.Doc{Programme: programme, ID: o.Ref.ID, Language: o.Language, Text: o.words()}
}

const selected = `select r.kind, r.id, r.project, r.site, r.person, o.sort, o.title, o.words, o.plainly, o.shows, o.document, o.page, o.link, o.happened_on,
	o.language, r.state, o.why, r.version, o.made_at, r.changed_at, r.stale_since
	from ref_record r join outcome_outcome o on o.programme = r.programme and o.id = coalesce(r.id, '')`

func scan(row db.Row, o *Outcome) error {
	return row.Scan(&o.Ref.Kind, &o.Ref.ID, &o.Project, &o.Site, &o.Person, &o.Sort, &o.Title, &o.Text, &o.Plainly, &o.Shows, &o.Document, &o.Page, &o.Link,
		&o.On, &o.Language, &o.State, &o.Why, &o.Version, &o.MadeAt, &o.ChangedAt, &o.Stale)
}

// one reads an outcome; the caller has asked who.Must and looked at its terms.
func one(tx *db.Tx, programme, id string) (Outcome, error) {
	o, ok, err := db.One(tx, db.Q(selected+` where r.programme = ? and r.id = ?`, programme, id), scan)
	if err == nil && !ok {
		err = fault.New(fault.Missing, "house.missing")
	}
	return o, err
}

// some reads live outcomes of one kind by their ids.
func some(tx *db.Tx, programme, kind string, ids []string, now int64) ([]Outcome, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return db.All(tx, db.Join(db.Q(selected+` where r.programme = ? and r.kind = ? and`, programme, kind), terms.Where("r", terms.Project, now),
		db.Q("and r.id in"), db.List(ids)), scan)
}

// visible is which outcomes (rows of ref_record named r) the actor may see now: those of
// the project, and those of people where the actor may see such.
func visible(ctx context.Context, tx *db.Tx, now int64) (db.Part, error) {
	open, err := who.Where(ctx, tx, "r", "outcome.see")
	if err != nil {
		return db.Part{}, err
	}
	own, err := who.Where(ctx, tx, "r", "outcome.personal")
	if err != nil {
		return db.Part{}, err
	}
	return db.And(db.Or(db.And(open, db.Q("r.kind = ?", Kind)), db.And(own, db.Q("r.kind = ?", KindPersonal))), terms.Where("r", terms.Project, now)), nil
}

// list reads one page, newest first. may is who may see and what may be used.
func list(tx *db.Tx, in ListIn, may db.Part) ([]Outcome, string, error) {
	where := []db.Part{may, db.Q("r.project = ?", in.Project)}
	if in.Sort != "" {
		where = append(where, db.Q("o.sort = ?", in.Sort))
	}
	if in.Shared {
		where = append(where, db.Q("r.kind = ?", Kind))
	}
	if at, last, ok := db.ReadCursor(in.After); ok {
		where = append(where, db.Q("(r.changed_at, r.id) < (?, ?)", at, last))
	}
	out, err := db.All(tx, db.Join(db.Q(selected+" where"), db.And(where...), db.Q("order by r.changed_at desc, r.id desc limit ?", in.Limit+1)), scan)
	if err != nil || int64(len(out)) <= in.Limit {
		return out, "", err
	}
	out = out[:in.Limit]
	end := out[len(out)-1]
	return out, db.Cursor(end.ChangedAt, end.Ref.ID), nil
}

type counted struct {
	key string
	n   int64
}

func scanCounted(r db.Row, c *counted) error { return r.Scan(&c.key, &c.n) }

func asMap(all []counted) map[string]int64 {
	out := map[string]int64{}
	for _, c := range all {
		out[c.key] = c.n
	}
	return out
}

// bySort counts the outcomes of a project. Those of people are left out: such a count
// would be one of people.
func bySort(tx *db.Tx, project string, may db.Part) (map[string]int64, error) {
	all, err := db.All(tx, db.Join(db.Q(`select o.sort, count(*) from ref_record r join outcome_outcome o on o.programme = r.programme and o.id = coalesce(r.id, '') where`),
		db.And(may, db.Q("r.project = ? and r.kind = ?", project, Kind)), db.Q("group by o.sort")), scanCounted)
	return asMap(all), err
}

// byProject counts the outcomes of every project. may is who may see what.
// coalesce keeps SQLite to the index by kind: it would read the whole programme by project.
func byProject(tx *db.Tx, may db.Part) (map[string]int64, error) {
	all, err := db.All(tx, db.Join(db.Q(`select coalesce(r.project, ''), count(*) from ref_record r where`), db.And(may, db.Q("r.kind = ?", Kind)),
		db.Q("group by coalesce(r.project, '')")), scanCounted)
	return asMap(all), err
}

// ownOf reads what belongs to one person, newest first.
func ownOf(tx *db.Tx, person string, may db.Part) ([]Outcome, error) {
	return db.All(tx, db.Join(db.Q(selected+" where"), db.And(may, db.Q("r.person = ? and r.kind = ?", person, KindPersonal)),
		db.Q("order by r.changed_at desc, r.id desc limit 500")), scan)
}

// belonging reads the rows of everything that belongs to one person, live or not.
func belonging(tx *db.Tx, programme, person string) ([]ref.Record, error) {
	return db.All(tx, db.Q("select "+ref.Columns("r")+" from ref_record r where r.programme = ? and r.person = ? and r.kind = ? order by r.id", programme, person, KindPersonal), ref.Scan)
}

// sources lists the records of a project that an outcome may come from, newest first: by
// their titles, for those who may see the project. What is not shared is not among them.
func sources(tx *db.Tx, project string, may db.Part) ([]ref.Record, error) {
	return db.All(tx, db.Join(db.Q("select "+ref.Columns("r")+" from ref_record r where"),
		db.And(may, db.Q("r.project = ?", project), db.Or(db.Q("r.kind in ('recommendation', 'action')"), db.Q("r.kind = 'finding' and r.state = 'shared'"))),
		db.Q("order by r.changed_at desc, r.id desc limit 60")), ref.Scan)
}

// cameFrom lists the ties by which an outcome is said to come from others.
func cameFrom(tx *db.Tx, programme string, at ref.Ref) ([]tie.Tie, error) {
	all, err := tie.To(tx, programme, at)
	var out []tie.Tie
	for _, t := range all {
		if t.Stance == tie.LeadsTo {
			out = append(out, t)
		}
	}
	return out, err
}

// seen counts what a condition finds among the outcomes of a project, with the newest one.
func seen(tx *db.Tx, project string, may, which db.Part) (n int64, first ref.Record, err error) {
	where := db.And(may, db.Q("r.project = ? and r.kind = ?", project, Kind), which)
	from := db.Q("from ref_record r join outcome_outcome o on o.programme = r.programme and o.id = coalesce(r.id, '') where")
	if n, err = db.Count(tx, db.Join(db.Q("select count(*)"), from, where)); err != nil || n == 0 {
		return 0, first, err
	}
	first, _, err = db.One(tx, db.Join(db.Q("select "+ref.Columns("r")), from, where, db.Q("order by r.changed_at desc, r.id desc limit 1")), ref.Scan)
	return n, first, err
}

// ofProject leaves out what belongs to people.
func ofProject() db.Part { return db.Q("r.kind = ?", Kind) }

// Conditions of the signs.
func every() db.Part   { return db.Q("1 = 1") }
func unshown() db.Part { return db.Q("o.shows = '' and o.document = '' and o.link = ''") }
func undocumented() db.Part {
	return db.Q("o.sort in ('policy', 'strategy') and o.document = '' and o.link = ''")
}
func lasting() db.Part {
	return db.Q("(o.sort in ('policy', 'strategy') and (o.document <> '' or o.link <> '') or o.sort in ('resource', 'skill'))")
}
func untied() db.Part {
	return db.Q("not exists (select 1 from tie t where t.programme = r.programme and t.to_id = r.id)")
}

// finished counts the actions of a project that are done and have led to nothing that
// was recorded, with the newest one.
func finished(tx *db.Tx, project string, may db.Part, now int64) (n int64, first ref.Record, err error) {
	where := db.And(may, db.Q("r.project = ? and r.kind = 'action' and r.state in ('done', 'kept')", project),
		db.Q(`not exists (select 1 from tie t join ref_record x on x.programme = t.programme and x.id = t.to_id
			where t.programme = r.programme and t.from_id = r.id and x.kind in ('outcome', 'personal') and x.until > ?)`, now))
	if n, err = db.Count(tx, db.Join(db.Q("select count(*) from ref_record r where"), where)); err != nil || n == 0 {
		return 0, first, err
	}
	first, _, err = db.One(tx, db.Join(db.Q("select "+ref.Columns("r")+" from ref_record r where"), where, db.Q("order by r.changed_at desc, r.id desc limit 1")), ref.Scan)
	return n, first, err
}

func changedMeanwhile(title string) error {
	return fault.New(fault.Conflict, "outcome.changed_meanwhile", "Title", title).With("outcome.changed_meanwhile_do")
}

// placesOf lists the sites of a project by name.
func placesOf(tx *db.Tx, programme, project string, now int64) ([]ref.Record, error) {
	return db.All(tx, db.Join(db.Q("select "+ref.Columns("r")+" from ref_record r where r.programme = ? and r.project = ? and r.kind = ? and", programme, project, ref.Site),
		terms.Where("r", terms.Project, now), db.Q("order by r.title, r.id limit 200")), ref.Scan)
}
