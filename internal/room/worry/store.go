package worry

import (
	"context"
	"strings"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// kept is a worry as it is stored.
type kept struct {
	Note
	words, by, person string
}

func (k kept) byCard() bool { return strings.HasPrefix(k.by, string(who.Card)+":") }

func insert(tx *db.Tx, programme string, n Note, words, by, person string) error {
	return tx.Do(db.Q(`insert into worry_note (programme, id, project, site, about, words, by_actor, person, at, state, own, version)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)`, programme, n.ID, n.Project, n.Site, n.About.ID, words, by, person, n.At, n.State, n.Version))
}

// update stores where a worry stands when its version is still the one that was read.
func update(tx *db.Tx, programme string, n Note, was int64) error {
	own := int64(0)
	if n.Own {
		own = 1
	}
	done, err := tx.Exec(db.Q(`update worry_note set state = ?, own = ?, version = ? where programme = ? and id = ? and version = ?`,
		n.State, own, n.Version, programme, n.ID, was))
	if err == nil && done != 1 {
		return fault.New(fault.Conflict, "worry.changed_meanwhile").With("worry.changed_meanwhile_do")
	}
	return err
}

func insertStep(tx *db.Tx, programme, note string, s Step) error {
	return tx.Do(db.Q(`insert into worry_step (programme, note, n, kind, on_day, words, by_actor, at) values (?, ?, ?, ?, ?, ?, ?, ?)`,
		programme, note, s.N, s.Kind, s.On, s.Words, s.By, s.At))
}

func insertLetter(tx *db.Tx, programme, id, note, account string) error {
	return tx.Do(db.Q(`insert into worry_letter (programme, id, note, account, sent_at) values (?, ?, ?, ?, 0)`, programme, id, note, account))
}

// nobody is the safeguarding leads that a worry n goes to being none.
func nobody() db.Part {
	return db.Q(`not exists (select 1 from who_member m where m.programme = n.programme and m.role = ? and m.scope in (n.programme, n.project, n.site))`,
		string(who.Safeguarding))
}

// readable is the condition under which the actor reads rows of worry_note, named n. No
// read of this room goes without it. It is never true for a card, a job or the command line.
func readable(ctx context.Context, tx *db.Tx) (db.Part, error) {
	a := who.From(ctx)
	grants, err := who.Grants(ctx, tx)
	if err != nil || a.Kind != who.Account {
		return db.Q("1 = 0"), err
	}
	var any []db.Part
	for _, g := range grants {
		switch {
		case g.Role == who.Safeguarding && g.Scope.Kind == ref.Programme:
			any = append(any, db.Q("1 = 1"))
		case g.Role == who.Safeguarding && g.Scope.Kind == ref.Project:
			any = append(any, db.Q("n.project = ?", g.Scope.ID))
		case g.Role == who.Safeguarding && g.Scope.Kind == ref.Site:
			any = append(any, db.Q("n.site = ?", g.Scope.ID))
		case g.Role == who.ProgrammeLead && g.Scope.Kind == ref.Programme:
			any = append(any, nobody())
		}
	}
	return db.And(db.Q("n.programme = ?", a.Programme), db.Or(any...)), nil
}

// ofCard is the condition for the person whose card it is: the query names the person.
func ofCard(programme string) db.Part { return db.Q("n.programme = ?", programme) }

// reads says whether the actor is one that worries go to: of a project or a site in it,
// or with project "" anywhere in the programme.
func reads(ctx context.Context, tx *db.Tx, project string) (bool, error) {
	a := who.From(ctx)
	grants, err := who.Grants(ctx, tx)
	if err != nil || a.Kind != who.Account {
		return false, err
	}
	lead := false
	for _, g := range grants {
		if g.Role == who.Safeguarding && (project == "" || g.Scope.Kind == ref.Programme || g.Scope.ID == project || g.Project == project) {
			return true, nil
		}
		lead = lead || g.Role == who.ProgrammeLead && g.Scope.Kind == ref.Programme
	}
	if !lead {
		return false, nil
	}
	n, err := db.Count(tx, db.Q(`select count(*) from who_member where programme = ? and role = ? and scope in (?, ?)`,
		a.Programme, string(who.Safeguarding), a.Programme, project))
	return n == 0, err
}

const columns = `n.id, n.project, n.site, n.about, n.at, n.state, n.own, n.version`

func (n *Note) dest(own *int64) []any {
	return []any{&n.ID, &n.Project, &n.Site, &n.About.ID, &n.At, &n.State, own, &n.Version}
}

func (n *Note) fix(own int64) {
	n.Own = own != 0
	if n.About.ID != "" {
		n.About.Kind = aboutKind
	}
}

func one(tx *db.Tx, may db.Part, id string) (kept, bool, error) {
	return db.One(tx, db.Join(db.Q(`select `+columns+`, n.words, n.by_actor, n.person from worry_note n where`), may, db.Q("and n.id = ?", id)),
		func(r db.Row, k *kept) error {
			var own int64
			err := r.Scan(append(k.dest(&own), &k.words, &k.by, &k.person)...)
			k.fix(own)
			return err
		})
}

// list reads a page of worries without their words, newest first: ids sort by making.
func list(tx *db.Tx, may db.Part, in ListIn) ([]Note, string, error) {
	where := []db.Part{may}
	if in.Project != "" {
		where = append(where, db.Q("n.project = ?", in.Project))
	}
	if in.After != "" {
		where = append(where, db.Q("n.id < ?", in.After))
	}
	out, err := db.All(tx, db.Join(db.Q(`select `+columns+` from worry_note n where`), db.And(where...), db.Q("order by n.id desc limit ?", in.Limit+1)),
		func(r db.Row, n *Note) error {
			var own int64
			err := r.Scan(n.dest(&own)...)
			n.fix(own)
			return err
		})
	if err != nil || int64(len(out)) <= in.Limit {
		return out, "", err
	}
	return out[:in.Limit], out[in.Limit-1].ID, nil
}

// unread counts worries that nobody has read yet, of a project or of all.
func unread(tx *db.Tx, may db.Part, project string) (int64, error) {
	where := db.And(may, db.Q("n.state = ?", Fresh))
	if project != "" {
		where = db.And(where, db.Q("n.project = ?", project))
	}
	return db.Count(tx, db.Join(db.Q(`select count(*) from worry_note n where`), where))
}

// mine lists what an actor passed on: when, and whether it was read.
func mine(tx *db.Tx, programme, actor string, most int64) ([]Passed, error) {
	return db.All(tx, db.Q(`select id, at, state from worry_note where programme = ? and by_actor = ? order by id desc limit ?`, programme, actor, most),
		func(r db.Row, p *Passed) error {
			var state string
			err := r.Scan(&p.ID, &p.At, &state)
			p.Seen = state != Fresh
			return err
		})
}

func steps(tx *db.Tx, programme, note string) ([]Step, error) {
	return db.All(tx, db.Q(`select n, kind, on_day, words, by_actor, at from worry_step where programme = ? and note = ? order by n`, programme, note),
		func(r db.Row, s *Step) error { return r.Scan(&s.N, &s.Kind, &s.On, &s.Words, &s.By, &s.At) })
}

func letters(tx *db.Tx, programme, note string) ([]Letter, error) {
	return db.All(tx, db.Q(`select account, sent_at from worry_letter where programme = ? and note = ? order by id`, programme, note),
		func(r db.Row, l *Letter) error { return r.Scan(&l.To, &l.SentAt) })
}

// own reads the closed and ticked worries about a person's words, or from their card.
func own(tx *db.Tx, may db.Part, person string, day func(int64) string) ([]OwnNote, error) {
	return db.All(tx, db.Join(db.Q(`select n.at, n.words, coalesce(s.words, '') from worry_note n
		left join worry_step s on s.programme = n.programme and s.note = n.id and s.n = n.version
		left join ref_record r on r.programme = n.programme and r.id = n.about where`), may,
		db.Q(`and n.own = 1 and n.state = ? and (n.person = ? or r.person = ?) order by n.id`, Closed, person, person)),
		func(r db.Row, o *OwnNote) error {
			var at int64
			err := r.Scan(&at, &o.Words, &o.Outcome)
			o.On = day(at)
			return err
		})
}

// waiting is a letter that is to be sent.
type waiting struct {
	note, project, account, state string
	sentAt                        int64
}

func letterOf(tx *db.Tx, programme, id string) (waiting, bool, error) {
	return db.One(tx, db.Q(`select l.note, n.project, l.account, n.state, l.sent_at from worry_letter l
		join worry_note n on n.programme = l.programme and n.id = l.note where l.programme = ? and l.id = ?`, programme, id),
		func(r db.Row, w *waiting) error { return r.Scan(&w.note, &w.project, &w.account, &w.state, &w.sentAt) })
}

func sent(tx *db.Tx, programme, id string, at int64) error {
	return tx.Do(db.Q(`update worry_letter set sent_at = ? where programme = ? and id = ?`, at, programme, id))
}
