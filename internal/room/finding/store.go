package finding

import (
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/search"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
)

func insert(tx *db.Tx, programme string, f Finding) error {
	return tx.Do(db.Q(`insert into finding_finding (programme, id, project, statement, plainly, lived_sure, lived_why, practice_sure, practice_why,
		research_sure, research_why, why_one_strand, stopped_why, shared_at, made_at, version) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		programme, f.Ref.ID, f.Project, f.Statement, f.Plainly, f.LivedSure, f.LivedWhy, f.PracticeSure, f.PracticeWhy,
		f.ResearchSure, f.ResearchWhy, f.WhyOneStrand, f.StoppedWhy, f.SharedAt, f.MadeAt, f.Version))
}

// update stores a changed finding where its version is still the one that was read.
func update(tx *db.Tx, programme string, f Finding, was int64) error {
	n, err := tx.Exec(db.Q(`update finding_finding set statement = ?, plainly = ?, lived_sure = ?, lived_why = ?, practice_sure = ?, practice_why = ?,
		research_sure = ?, research_why = ?, why_one_strand = ?, stopped_why = ?, shared_at = ?, version = ? where programme = ? and id = ? and version = ?`,
		f.Statement, f.Plainly, f.LivedSure, f.LivedWhy, f.PracticeSure, f.PracticeWhy,
		f.ResearchSure, f.ResearchWhy, f.WhyOneStrand, f.StoppedWhy, f.SharedAt, f.Version, programme, f.Ref.ID, was))
	if err == nil && n != 1 {
		err = meanwhile(f)
	}
	return err
}

func meanwhile(f Finding) error {
	return fault.New(fault.Conflict, "finding.changed_meanwhile", "Statement", f.Statement).With("finding.changed_meanwhile_do")
}

const selected = `select r.id, r.project, r.site, r.state, f.statement, f.plainly, f.lived_sure, f.lived_why, f.practice_sure, f.practice_why,
	f.research_sure, f.research_why, f.why_one_strand, f.stopped_why, f.shared_at, f.made_at, r.changed_at, r.stale_since, r.version
	from ref_record r join finding_finding f on f.programme = r.programme and f.id = r.id`

func scan(row db.Row, f *Finding) error {
	f.Ref.Kind = Kind
	return row.Scan(&f.Ref.ID, &f.Project, &f.Site, &f.State, &f.Statement, &f.Plainly, &f.LivedSure, &f.LivedWhy, &f.PracticeSure, &f.PracticeWhy,
		&f.ResearchSure, &f.ResearchWhy, &f.WhyOneStrand, &f.StoppedWhy, &f.SharedAt, &f.MadeAt, &f.ChangedAt, &f.Stale, &f.Version)
}

// one reads a finding; the caller has asked who may.
func one(tx *db.Tx, programme, id string) (Finding, error) {
	f, ok, err := db.One(tx, db.Q(selected+` where r.programme = ? and r.id = ?`, programme, id), scan)
	if err == nil && !ok {
		err = fault.New(fault.Missing, "house.missing")
	}
	return f, err
}

// some reads findings by their ids in one state.
func some(tx *db.Tx, programme, state string, ids []string) ([]Finding, error) {
	return db.All(tx, db.Join(db.Q(selected+" where r.programme = ? and r.state = ? and r.id in", programme, state), db.List(ids)), scan)
}

// visible is the condition under which a finding may be seen: shared ones by those who
// may see them, others by those who may see drafts.
func visible(see, draft db.Part) db.Part {
	return db.Or(db.And(see, db.Q("r.state = ?", Shared)), draft)
}

// list reads one page, the last changed first. may is who may see what.
func list(tx *db.Tx, in ListIn, may db.Part, now int64) ([]Finding, string, error) {
	where := []db.Part{may, terms.Where("r", terms.Project, now), db.Q("r.project = ? and r.kind = ?", in.Project, Kind)}
	if in.State != "" {
		where = append(where, db.Q("r.state = ?", in.State))
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

// states counts a project's findings by state.
func states(tx *db.Tx, project string, may db.Part, now int64) (map[string]int64, error) {
	type sum struct {
		state string
		n     int64
	}
	sums, err := db.All(tx, db.Join(db.Q("select r.state, count(*) from ref_record r where"), db.And(may, terms.Where("r", terms.Project, now),
		db.Q("r.project = ? and r.kind = ?", project, Kind)), db.Q("group by r.state")),
		func(row db.Row, s *sum) error { return row.Scan(&s.state, &s.n) })
	out := map[string]int64{Draft: 0, Shared: 0, SetAside: 0}
	for _, s := range sums {
		out[s.state] = s.n
	}
	return out, err
}

// siteOf says whether a site is of a project.
func siteOf(tx *db.Tx, programme, project, site string) error {
	rec, err := ref.Must(tx, programme, ref.Of(ref.Site, site))
	if err != nil || rec.Project != project {
		return fault.Fielded("site", "finding.bad_site")
	}
	return nil
}

// index lets a shared finding be found by its words, and no other.
func index(tx *db.Tx, programme string, f Finding) error {
	if f.State != Shared {
		return search.Drop(tx, programme, f.Ref.ID)
	}
	return search.Put(tx, doc(programme, f))
}

// doc is the words by which a finding is found.
func doc(programme string, f Finding) search.Doc {
	return search.Doc{Programme: programme, ID: f.Ref.ID, Language: "en", Text: f.Statement + "\n" + f.Plainly}
}

// sitesOf reads the sites of a project by name.
func sitesOf(tx *db.Tx, programme, project string, now int64) ([]ref.Record, error) {
	return db.All(tx, db.Join(db.Q(`select `+ref.Columns("r")+` from ref_record r where r.programme = ? and r.project = ? and r.kind = ? and`,
		programme, project, ref.Site), terms.Where("r", terms.Project, now), db.Q("order by r.title, r.id")), ref.Scan)
}

// unsorted counts the live contributions of a project whose strand is not known.
func unsorted(tx *db.Tx, programme, project string, now int64) (n int64, err error) {
	all, err := ref.Tallies(tx, programme, project, now)
	for _, t := range all {
		if t.Kind == said && t.Strand == "" {
			n += t.N
		}
	}
	return n, err
}
