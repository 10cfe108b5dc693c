package action

import (
	"plait/internal/kit/db"
	"plait/internal/spine/ref"
)

// kinds is the kinds of this room, for a condition.
func kinds(alias string) db.Part {
	return db.Q(alias+".kind in (?, ?)", KindRecommendation, KindAction)
}

// posed reads the recommendations of a project. may is who may see and what may be used.
func posed(tx *db.Tx, project string, may db.Part) ([]Posed, error) {
	return db.All(tx, db.Join(db.Q(selectedRecommendation+" where"), db.And(may, db.Q("r.project = ? and r.kind = ?", project, KindRecommendation)),
		db.Q("order by r.id")), func(row db.Row, p *Posed) error { return scanRecommendation(row, &p.Recommendation) })
}

// doings reads the actions of a project. may is who may see and what may be used.
func doings(tx *db.Tx, project string, may db.Part) ([]Doing, error) {
	return db.All(tx, db.Join(db.Q(selectedAction+" where"), db.And(may, db.Q("r.project = ? and r.kind = ?", project, KindAction)),
		db.Q("order by r.id")), func(row db.Row, d *Doing) error { return scanAction(row, &d.Action) })
}

// joined is how many live records of a kind a record is tied to.
type joined struct {
	id, kind string
	n        int64
}

func scanJoined(row db.Row, j *joined) error { return row.Scan(&j.id, &j.kind, &j.n) }

// below counts what the records of a project stand on; above what stands on them. "cross
// join" keeps SQLite to the order written: it would begin with every tie of the programme.
func below(tx *db.Tx, programme, project string, now int64) ([]joined, error) {
	return db.All(tx, db.Join(db.Q(`select c.to_id, c.from_kind, sum(c.n) from ref_record r cross join tie_count c
		where r.programme = ? and r.project = ? and c.programme = r.programme and c.to_id = r.id and c.until_at > ? and`, programme, project, now), kinds("r"),
		db.Q("group by c.to_id, c.from_kind having sum(c.n) <> 0")), scanJoined)
}

func above(tx *db.Tx, programme, project string, now int64) ([]joined, error) {
	return db.All(tx, db.Join(db.Q(`select t.from_id, f.kind, count(*) from ref_record r cross join tie t cross join ref_record f
		where r.programme = ? and r.project = ? and t.programme = r.programme and t.from_id = r.id and f.programme = t.programme and f.id = t.to_id
		and f.until > ? and`, programme, project, now), kinds("r"), db.Q("group by t.from_id, f.kind")), scanJoined)
}

// What a list can be asked to show.
const (
	showWaiting = "waiting"
	showDecided = "decided"
	showOpen    = "open"
	showLate    = "late"
	showTried   = "tried"
	showDone    = "done"
)

func shows() []string {
	return []string{showWaiting, showDecided, showOpen, showLate, showTried, showDone}
}

// showing is the condition of one of shows, over ref_record r and action_action a.
func showing(show, today string) db.Part {
	switch show {
	case showWaiting:
		return db.Q("r.kind = ? and r.state = ?", KindRecommendation, Open)
	case showDecided:
		return db.Q("r.kind = ? and r.state <> ?", KindRecommendation, Open)
	case showOpen:
		return db.Join(db.Q("r.kind = ? and r.state in", KindAction), db.List(Statuses()))
	case showLate:
		day := "(case when a.tried and a.look_back <> '' then a.look_back else a.due_on end)"
		return db.Join(db.Q("r.kind = ? and "+day+" <> '' and "+day+" < ? and (r.state in", KindAction, today), db.List(Statuses()),
			db.Q("or (a.tried and a.verdict = '' and r.state <> ?))", NotDone))
	case showTried:
		return db.Q("r.kind = ? and a.tried and r.state <> ? and r.state <> ?", KindAction, ToDo, NotDone)
	case showDone:
		return db.Q("r.kind = ? and (r.state in (?, ?) or (r.state = ? and not a.tried))", KindAction, Done, Kept, Changed)
	}
	return kinds("r")
}

// counted counts one of shows in every project of a programme that the actor may see.
// coalesce keeps SQLite to the index by kind: it would read the whole programme by project.
func counted(tx *db.Tx, show, today string, may db.Part) (map[string]int64, error) {
	type row struct {
		project string
		n       int64
	}
	rows, err := db.All(tx, db.Join(db.Q(`select coalesce(r.project, ''), count(*) from ref_record r left join action_action a on a.programme = r.programme and a.id = r.id where`),
		db.And(may, showing(show, today)), db.Q("group by coalesce(r.project, '')")), func(r db.Row, x *row) error { return r.Scan(&x.project, &x.n) })
	out := map[string]int64{}
	for _, x := range rows {
		out[x.project] = x.n
	}
	return out, err
}

// list reads one page, the newest first. may is who may see and what may be used.
func list(tx *db.Tx, programme string, in ListIn, today string, may db.Part) ([]Item, string, error) {
	where := []db.Part{may, db.Q("r.project = ?", in.Project), showing(in.Show, today)}
	if in.Kind != "" {
		where = append(where, db.Q("r.kind = ?", in.Kind))
	}
	if in.State != "" {
		where = append(where, db.Q("r.state = ?", in.State))
	}
	if in.Try {
		where = append(where, db.Q("a.tried"))
	}
	if in.After != "" {
		last, ok, err := ref.Get(tx, programme, in.After)
		if err != nil {
			return nil, "", err
		}
		if ok {
			where = append(where, db.Q("(r.changed_at, r.id) < (?, ?)", last.ChangedAt, last.ID))
		}
	}
	out, err := db.All(tx, db.Join(db.Q(`select r.kind, r.id, r.site, r.title, r.state, coalesce(a.owner, ''), coalesce(a.owner_name, ''), coalesce(a.due_on, ''),
		coalesce(a.tried, false), coalesce(a.look_back, ''), r.version, r.changed_at, r.stale_since
		from ref_record r left join action_action a on a.programme = r.programme and a.id = r.id where`), db.And(where...),
		db.Q("order by r.changed_at desc, r.id desc limit ?", in.Limit+1)), func(row db.Row, i *Item) error {
		return row.Scan(&i.Ref.Kind, &i.Ref.ID, &i.Site, &i.Title, &i.State, &i.Owner, &i.OwnerName, &i.Due, &i.Try, &i.LookBack, &i.Version, &i.ChangedAt, &i.Stale)
	})
	if err != nil || int64(len(out)) <= in.Limit {
		return out, "", err
	}
	out = out[:in.Limit]
	return out, out[len(out)-1].Ref.ID, nil
}

// ofNobody is records of a kind that are nobody's own.
func ofNobody(kind string) db.Part { return db.Q("r.kind = ? and r.person = ''", kind) }

// sharedFinding is findings that are no drafts.
func sharedFinding() db.Part { return db.Q("r.kind = ? and r.state = ?", kindFinding, "shared") }

// near reads the records tied to one that the actor may see: those it stands on when up
// is true, else those that stand on it. may is who may see and what may be used.
func near(tx *db.Tx, programme string, at ref.Ref, up bool, may db.Part) ([]Near, error) {
	here, there := "t.to_id", "t.from_id"
	if !up {
		here, there = there, here
	}
	return db.All(tx, db.Join(db.Q(`select r.kind, r.id, r.project, r.title, r.state, t.stance, coalesce(a.tried, false) from tie t
		join ref_record r on r.programme = t.programme and r.id = `+there+`
		left join action_action a on a.programme = r.programme and a.id = r.id where t.programme = ? and `+here+` = ? and`, programme, at.ID), may, db.Q("order by t.at, t.id")),
		func(row db.Row, n *Near) error {
			return row.Scan(&n.Ref.Kind, &n.Ref.ID, &n.Project, &n.Title, &n.State, &n.Stance, &n.Try)
		})
}

// findings reads the shared findings of a project, for choosing.
func findings(tx *db.Tx, project string, may db.Part) ([]ref.Record, error) {
	return db.All(tx, db.Join(db.Q("select "+ref.Columns("r")+" from ref_record r where"),
		db.And(may, db.Q("r.project = ?", project), sharedFinding()), db.Q("order by r.changed_at desc, r.id limit 200")), ref.Scan)
}

// sites reads the sites of a project.
func sites(tx *db.Tx, programme, project string, now int64) ([]ref.Record, error) {
	return db.All(tx, db.Q("select "+ref.Columns("r")+` from ref_record r where r.programme = ? and r.project = ? and r.kind = ? and r.until > ? order by r.title, r.id`,
		programme, project, ref.Site, now), ref.Scan)
}

// tellRecommendations and tellActions read live records by their ids.
func tellRecommendations(tx *db.Tx, programme string, ids []string, now int64) ([]Recommendation, error) {
	return db.All(tx, db.Join(db.Q(selectedRecommendation+" where r.programme = ? and r.until > ? and r.id in", programme, now), db.List(ids)), scanRecommendation)
}

func tellActions(tx *db.Tx, programme string, ids []string, now int64) ([]Action, error) {
	return db.All(tx, db.Join(db.Q(selectedAction+" where r.programme = ? and r.until > ? and r.id in", programme, now), db.List(ids)), scanAction)
}
