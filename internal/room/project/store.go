package project

import (
	"slices"
	"strings"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/search"
	"plait/internal/kit/text"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
)

// insert stores a new project with its row, themes and search words.
func insert(tx *db.Tx, programme string, p Project) error {
	if err := ref.Put(tx, p.record(programme)); err != nil {
		return err
	}
	err := tx.Do(db.Q(`insert into project_detail (programme, id, title_order, model, phase, aims, host, cohort, starts, ends, language, started_at, version)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, programme, p.Ref.ID, text.SortKey(p.Title), p.Model, p.Phase, strings.Join(p.Aims, " "),
		p.Host, p.Cohort, p.Starts, p.Ends, p.Language, p.StartedAt, p.Version))
	if err != nil {
		return err
	}
	return around(tx, programme, p)
}

// around stores what stands beside a project's own row.
func around(tx *db.Tx, programme string, p Project) error {
	if len(p.Themes) > 0 {
		rows := make([][]any, len(p.Themes))
		for i, t := range p.Themes {
			rows[i] = []any{programme, p.Ref.ID, t}
		}
		if err := tx.Do(db.Join(db.Q(`insert into project_theme (programme, project, theme) values`), db.Values(rows))); err != nil {
			return err
		}
	}
	return search.Put(tx, search.Doc{Programme: programme, ID: p.Ref.ID, Language: p.Language, Text: p.Title + "\n" + p.Host})
}

// update stores a changed project where its version is still the one that was read.
func update(tx *db.Tx, programme string, p Project, was int64) error {
	n, err := tx.Exec(db.Q(`update project_detail set title_order = ?, model = ?, phase = ?, aims = ?, host = ?, cohort = ?, starts = ?, ends = ?,
		language = ?, version = ? where programme = ? and id = ? and version = ?`, text.SortKey(p.Title), p.Model, p.Phase, strings.Join(p.Aims, " "),
		p.Host, p.Cohort, p.Starts, p.Ends, p.Language, p.Version, programme, p.Ref.ID, was))
	if err != nil {
		return err
	}
	if n != 1 {
		return changedMeanwhile()
	}
	if err := ref.Put(tx, p.record(programme)); err != nil {
		return err
	}
	if err := tx.Do(db.Q(`delete from project_theme where programme = ? and project = ?`, programme, p.Ref.ID)); err != nil {
		return err
	}
	return around(tx, programme, p)
}

const selected = `select r.id, r.title, d.model, d.phase, d.aims, d.host, d.cohort, d.starts, d.ends, d.language, d.version, d.started_at, r.changed_at
	from ref_record r join project_detail d on d.programme = r.programme and d.id = r.id`

func scan(row db.Row, p *Project) error {
	var aims string
	p.Ref.Kind = Kind
	err := row.Scan(&p.Ref.ID, &p.Title, &p.Model, &p.Phase, &aims, &p.Host, &p.Cohort, &p.Starts, &p.Ends, &p.Language, &p.Version, &p.StartedAt, &p.ChangedAt)
	p.Aims = strings.Fields(aims)
	return err
}

// one reads a project; the caller has asked who.Must.
func one(tx *db.Tx, programme, id string) (Project, error) {
	p, ok, err := db.One(tx, db.Q(selected+` where r.programme = ? and r.id = ?`, programme, id), scan)
	if err == nil && !ok {
		err = fault.New(fault.Missing, "house.missing")
	}
	if err != nil {
		return p, err
	}
	ps := []Project{p}
	err = fill(tx, programme, ps)
	return ps[0], err
}

// fill gives projects their themes and nations.
func fill(tx *db.Tx, programme string, ps []Project) error {
	ids := make([]string, len(ps))
	for i, p := range ps {
		ids[i] = p.Ref.ID
	}
	type pair struct{ project, value string }
	read := func(q db.Part) (map[string][]string, error) {
		all, err := db.All(tx, q, func(row db.Row, x *pair) error { return row.Scan(&x.project, &x.value) })
		out := map[string][]string{}
		for _, x := range all {
			out[x.project] = append(out[x.project], x.value)
		}
		return out, err
	}
	themes, err := read(db.Join(db.Q(`select project, theme from project_theme where programme = ? and project in`, programme), db.List(ids)))
	if err != nil {
		return err
	}
	nations, err := read(db.Join(db.Q(`select distinct project, nation from project_site where programme = ? and project in`, programme), db.List(ids)))
	if err != nil {
		return err
	}
	for i, p := range ps {
		ps[i].Themes, ps[i].Nations = inOrder(themes[p.Ref.ID], Themes()), inOrder(nations[p.Ref.ID], terms.Nations())
	}
	return nil
}

// list reads one page by title. may is who may see.
func list(tx *db.Tx, programme string, in ListIn, may db.Part) ([]Project, string, error) {
	where := []db.Part{may, db.Q("r.programme = ? and r.kind = ?", programme, Kind)}
	if in.Model != "" {
		where = append(where, db.Q("d.model = ?", in.Model))
	}
	if in.Phase != "" {
		where = append(where, db.Q("d.phase = ?", in.Phase))
	}
	if in.Nation != "" {
		where = append(where, db.Q("exists (select 1 from project_site s where s.programme = d.programme and s.project = d.id and s.nation = ?)", in.Nation))
	}
	if in.Theme != "" {
		where = append(where, db.Q("exists (select 1 from project_theme t where t.programme = d.programme and t.project = d.id and t.theme = ?)", in.Theme))
	}
	if in.After != "" {
		at, ok, err := db.One(tx, db.Q(`select title_order from project_detail where programme = ? and id = ?`, programme, in.After), db.Value[[]byte])
		if err != nil {
			return nil, "", err
		}
		if ok {
			where = append(where, db.Q("(d.title_order, d.id) > (?, ?)", at, in.After))
		}
	}
	out, err := db.All(tx, db.Join(db.Q(selected+" where"), db.And(where...), db.Q("order by d.title_order, d.id limit ?", in.Limit+1)), scan)
	if err != nil {
		return nil, "", err
	}
	next := ""
	if int64(len(out)) > in.Limit {
		out = out[:in.Limit]
		next = out[len(out)-1].Ref.ID
	}
	return out, next, fill(tx, programme, out)
}

// heard counts the live contributions of projects by strand, all in one query; one of
// two strands counts in both, one whose strand is not known under "".
func heard(tx *db.Tx, programme string, projects []string, now int64) (map[string]map[string]int64, error) {
	out := map[string]map[string]int64{}
	for _, p := range projects {
		out[p] = map[string]int64{"": 0, "lived": 0, "practice": 0, "research": 0}
	}
	type row struct {
		project, strand string
		n               int64
	}
	rows, err := db.All(tx, db.Join(db.Q(`select project, strand, sum(n) from ref_count where programme = ? and kind = 'contribution' and until_at > ? and project in`,
		programme, now), db.List(projects), db.Q(`group by project, strand`)), func(r db.Row, x *row) error { return r.Scan(&x.project, &x.strand, &x.n) })
	for _, x := range rows {
		for _, s := range slices.Compact(strings.Split(x.strand, "+")) {
			out[x.project][s] += x.n
		}
	}
	return out, err
}

func insertTitle(tx *db.Tx, programme string, p Project, t TitleChange) error {
	return tx.Do(db.Q(`insert into project_title (programme, project, version, title, why, actor, at) values (?, ?, ?, ?, ?, ?, ?)`,
		programme, p.Ref.ID, p.Version, t.Title, t.Why, t.By, t.At))
}

func titles(tx *db.Tx, programme, project string) ([]TitleChange, error) {
	return db.All(tx, db.Q(`select title, why, actor, at from project_title where programme = ? and project = ? order by version desc`, programme, project),
		func(r db.Row, t *TitleChange) error { return r.Scan(&t.Title, &t.Why, &t.By, &t.At) })
}

func insertPhase(tx *db.Tx, programme string, p Project, c PhaseChange) error {
	return tx.Do(db.Q(`insert into project_phase (programme, project, version, phase, on_day, why, actor, at) values (?, ?, ?, ?, ?, ?, ?, ?)`,
		programme, p.Ref.ID, p.Version, c.Phase, c.On, c.Why, c.By, c.At))
}

func phases(tx *db.Tx, programme, project string) ([]PhaseChange, error) {
	return db.All(tx, db.Q(`select phase, on_day, why, actor, at from project_phase where programme = ? and project = ? order by version desc`, programme, project),
		func(r db.Row, c *PhaseChange) error { return r.Scan(&c.Phase, &c.On, &c.Why, &c.By, &c.At) })
}
