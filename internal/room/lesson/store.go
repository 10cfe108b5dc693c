package lesson

import (
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/search"
	"plait/internal/spine/ref"
	"plait/internal/spine/tie"
)

func insert(tx *db.Tx, programme string, l Lesson) error {
	if err := tx.Do(db.Q(`insert into lesson_lesson (programme, id, title, words, plainly, elsewhere, power, culture, resources, policy, policy_stance, language, made_at, version)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, programme, l.Ref.ID, l.Title, l.Text, l.Plainly, l.Elsewhere, l.Power, l.Culture, l.Resources,
		l.Policy, l.PolicyStance, l.Language, l.MadeAt, l.Version)); err != nil {
		return err
	}
	return putAims(tx, programme, l)
}

// putAims stores which aims a lesson serves, in place of those before.
func putAims(tx *db.Tx, programme string, l Lesson) error {
	if err := tx.Do(db.Q(`delete from lesson_aim where programme = ? and lesson = ?`, programme, l.Ref.ID)); err != nil {
		return err
	}
	for _, a := range l.Aims {
		if err := tx.Do(db.Q(`insert into lesson_aim (programme, aim, lesson) values (?, ?, ?)`, programme, a, l.Ref.ID)); err != nil {
			return err
		}
	}
	return nil
}

// update stores a changed lesson where its version is still the one that was read.
func update(tx *db.Tx, programme string, l Lesson, was int64) error {
	n, err := tx.Exec(db.Q(`update lesson_lesson set title = ?, words = ?, plainly = ?, elsewhere = ?, power = ?, culture = ?, resources = ?, policy = ?,
		policy_stance = ?, language = ?, version = ? where programme = ? and id = ? and version = ?`, l.Title, l.Text, l.Plainly, l.Elsewhere, l.Power, l.Culture,
		l.Resources, l.Policy, l.PolicyStance, l.Language, l.Version, programme, l.Ref.ID, was))
	if err != nil {
		return err
	}
	if n != 1 {
		return changedMeanwhile("")
	}
	return putAims(tx, programme, l)
}

func index(tx *db.Tx, programme string, l Lesson) error {
	return search.Put(tx, doc(programme, l))
}

// doc is the words by which a lesson is found.
func doc(programme string, l Lesson) search.Doc {
	return search.Doc{Programme: programme, ID: l.Ref.ID, Language: l.Language, Text: l.words()}
}

const selected = `select r.id, r.project, l.title, l.words, l.plainly, l.elsewhere, l.power, l.culture, l.resources, l.policy, l.policy_stance, l.language,
	r.version, l.made_at, r.changed_at, r.stale_since
	from ref_record r join lesson_lesson l on l.programme = r.programme and l.id = coalesce(r.id, '')`

func scan(row db.Row, l *Lesson) error {
	l.Ref.Kind = Kind
	return row.Scan(&l.Ref.ID, &l.Project, &l.Title, &l.Text, &l.Plainly, &l.Elsewhere, &l.Power, &l.Culture, &l.Resources, &l.Policy, &l.PolicyStance,
		&l.Language, &l.Version, &l.MadeAt, &l.ChangedAt, &l.Stale)
}

// withAims fills in which aims lessons serve.
func withAims(tx *db.Tx, programme string, all []Lesson) ([]Lesson, error) {
	if len(all) == 0 {
		return all, nil
	}
	ids := make([]string, len(all))
	for i, l := range all {
		ids[i] = l.Ref.ID
	}
	type served struct{ lesson, aim string }
	rows, err := db.All(tx, db.Join(db.Q(`select lesson, aim from lesson_aim where programme = ? and lesson in`, programme), db.List(ids), db.Q("order by lesson, aim")),
		func(r db.Row, s *served) error { return r.Scan(&s.lesson, &s.aim) })
	for i := range all {
		all[i].Aims = []string{}
		for _, s := range rows {
			if s.lesson == all[i].Ref.ID {
				all[i].Aims = append(all[i].Aims, s.aim)
			}
		}
	}
	return all, err
}

// one reads a lesson; the caller has asked who.Must.
func one(tx *db.Tx, programme, id string) (Lesson, error) {
	l, ok, err := db.One(tx, db.Q(selected+` where r.programme = ? and r.id = ?`, programme, id), scan)
	if err != nil {
		return l, err
	}
	if !ok {
		return l, fault.New(fault.Missing, "house.missing")
	}
	all, err := withAims(tx, programme, []Lesson{l})
	return all[0], err
}

// some reads lessons by their ids.
func some(tx *db.Tx, programme string, ids []string, live db.Part) ([]Lesson, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return db.All(tx, db.Join(db.Q(selected+` where r.programme = ? and r.kind = ? and`, programme, Kind), live, db.Q("and r.id in"), db.List(ids)), scan)
}

// list reads one page of a project's lessons, or of the programme's, newest first. may is
// who may see and what may be used.
func list(tx *db.Tx, programme string, in ListIn, may db.Part) ([]Lesson, string, error) {
	from, where := db.Q(selected), []db.Part{may, db.Q("r.kind = ?", Kind)}
	if in.Project != "" {
		where = append(where, db.Q("r.project = ?", in.Project))
	}
	if in.Find != "" {
		q, ok := search.Match(tx.Engine(), in.Find)
		if !ok {
			return nil, "", fault.Fielded("find", "house.bad_value")
		}
		from = db.Join(from, q.Join("r"))
	}
	if in.Aim != "" {
		where = append(where, db.Q("exists (select 1 from lesson_aim a where a.programme = r.programme and a.aim = ? and a.lesson = r.id)", in.Aim))
	}
	if at, last, ok := db.ReadCursor(in.After); ok {
		where = append(where, db.Q("(r.changed_at, r.id) < (?, ?)", at, last))
	}
	out, err := db.All(tx, db.Join(from, db.Q("where"), db.And(where...), db.Q("order by r.changed_at desc, r.id desc limit ?", in.Limit+1)), scan)
	if err != nil {
		return nil, "", err
	}
	next := ""
	if int64(len(out)) > in.Limit {
		out = out[:in.Limit]
		end := out[len(out)-1]
		next = db.Cursor(end.ChangedAt, end.Ref.ID)
	}
	out, err = withAims(tx, programme, out)
	return out, next, err
}

type counted struct {
	key string
	n   int64
}

func asMap(all []counted) map[string]int64 {
	out := map[string]int64{}
	for _, c := range all {
		out[c.key] = c.n
	}
	return out
}

// byProject counts the lessons of every project. may is who may see what.
// coalesce keeps SQLite to the index by kind: it would read the whole programme by project.
func byProject(tx *db.Tx, may db.Part) (map[string]int64, error) {
	all, err := db.All(tx, db.Join(db.Q(`select coalesce(r.project, ''), count(*) from ref_record r where`), db.And(may, db.Q("r.kind = ?", Kind)),
		db.Q("group by coalesce(r.project, '')")),
		func(r db.Row, c *counted) error { return r.Scan(&c.key, &c.n) })
	return asMap(all), err
}

// titles reads the titles of projects that the actor may see.
func titles(tx *db.Tx, projects []string, may db.Part) (map[string]string, error) {
	out := map[string]string{}
	if len(projects) == 0 {
		return out, nil
	}
	all, err := db.All(tx, db.Join(db.Q("select "+ref.Columns("r")+" from ref_record r where"), may, db.Q("and r.kind = ? and r.id in", ref.Project), db.List(projects)), ref.Scan)
	for _, r := range all {
		out[r.ID] = r.Title
	}
	return out, err
}

// sources lists the records of a project that a lesson may come from, newest first, by
// their titles. What is not shared and what belongs to one person are not among them.
func sources(tx *db.Tx, project string, may db.Part) ([]ref.Record, error) {
	return db.All(tx, db.Join(db.Q("select "+ref.Columns("r")+" from ref_record r where"),
		db.And(may, db.Q("r.project = ?", project), db.Or(db.Q("r.kind in ('outcome', 'recommendation', 'action')"), db.Q("r.kind = 'finding' and r.state = 'shared'"))),
		db.Q("order by r.changed_at desc, r.id desc limit 60")), ref.Scan)
}

// cameFrom lists the ties by which a lesson is said to come from others.
func cameFrom(tx *db.Tx, programme string, at ref.Ref) ([]tie.Tie, error) {
	all, err := tie.To(tx, programme, at)
	var out []tie.Tie
	for _, t := range all {
		if t.Stance == tie.Teaches {
			out = append(out, t)
		}
	}
	return out, err
}

// seen counts what a condition finds among the lessons of a project, with the newest one.
func seen(tx *db.Tx, project string, may, which db.Part) (n int64, first ref.Record, err error) {
	where := db.And(may, db.Q("r.project = ? and r.kind = ?", project, Kind), which)
	from := db.Q("from ref_record r join lesson_lesson l on l.programme = r.programme and l.id = coalesce(r.id, '') where")
	if n, err = db.Count(tx, db.Join(db.Q("select count(*)"), from, where)); err != nil || n == 0 {
		return 0, first, err
	}
	first, _, err = db.One(tx, db.Join(db.Q("select "+ref.Columns("r")), from, where, db.Q("order by r.changed_at desc, r.id desc limit 1")), ref.Scan)
	return n, first, err
}

// Conditions of the signs.
func every() db.Part     { return db.Q("1 = 1") }
func noContext() db.Part { return db.Q("l.power = '' and l.culture = '' and l.resources = ''") }
func nowhere() db.Part   { return db.Q("l.elsewhere = ''") }
func aimless() db.Part {
	return db.Q("not exists (select 1 from lesson_aim a where a.programme = r.programme and a.lesson = r.id)")
}

// changes counts what changed in a project, with the newest of it.
func changes(tx *db.Tx, project string, may db.Part) (n int64, first ref.Record, err error) {
	where := db.And(may, db.Q("r.project = ? and r.kind = 'outcome'", project))
	if n, err = db.Count(tx, db.Join(db.Q("select count(*) from ref_record r where"), where)); err != nil || n == 0 {
		return 0, first, err
	}
	first, _, err = db.One(tx, db.Join(db.Q("select "+ref.Columns("r")+" from ref_record r where"), where, db.Q("order by r.changed_at desc, r.id desc limit 1")), ref.Scan)
	return n, first, err
}

func changedMeanwhile(title string) error {
	return fault.New(fault.Conflict, "lesson.changed_meanwhile", "Title", title).With("lesson.changed_meanwhile_do")
}
