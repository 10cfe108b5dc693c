package action

import (
	"encoding/json"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/search"
	"plait/internal/spine/ref"
)

func missing() error { return fault.New(fault.Missing, "house.missing") }

func changedMeanwhile() error {
	return fault.New(fault.Conflict, "action.changed_meanwhile").With("action.changed_meanwhile_do")
}

// packed is options as they are stored: a JSON list.
func packed(options []string) (string, error) {
	if options == nil {
		options = []string{}
	}
	b, err := json.Marshal(options)
	return string(b), err
}

func unpacked(s string) ([]string, error) {
	out := []string{}
	return out, json.Unmarshal([]byte(s), &out)
}

// indexed writes the words of a record into the search index.
func indexed(tx *db.Tx, programme, id, words string) error {
	return search.Put(tx, doc(programme, id, words))
}

func doc(programme, id, words string) search.Doc {
	return search.Doc{Programme: programme, ID: id, Language: "en", Text: words}
}

// insertRecommendation stores a new recommendation with its row and search words.
func insertRecommendation(tx *db.Tx, programme, actor string, x Recommendation) error {
	options, err := packed(x.Options)
	if err != nil {
		return err
	}
	if err := ref.Put(tx, x.record(programme)); err != nil {
		return err
	}
	if err := tx.Do(db.Q(`insert into action_recommendation (programme, id, body, plainly, options, reworded, chosen, why, dissent, decided_by, decided_on,
		decided_version, given_at, version) values (?, ?, ?, ?, ?, ?, '', '', '', '', '', 0, ?, ?)`,
		programme, x.Ref.ID, x.Text, x.Plainly, options, x.Reworded, x.GivenAt, x.Version)); err != nil {
		return err
	}
	if err := insertText(tx, programme, actor, x, options); err != nil {
		return err
	}
	return indexed(tx, programme, x.Ref.ID, x.index())
}

// insertText keeps one version of a recommendation's words.
func insertText(tx *db.Tx, programme, actor string, x Recommendation, options string) error {
	return tx.Do(db.Q(`insert into action_text (programme, recommendation, version, title, body, plainly, options, actor, at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		programme, x.Ref.ID, x.Version, x.Title, x.Text, x.Plainly, options, actor, x.ChangedAt))
}

// reword stores new words where the version is still the one that was read.
func reword(tx *db.Tx, programme, actor string, x Recommendation, was int64) error {
	options, err := packed(x.Options)
	if err != nil {
		return err
	}
	n, err := tx.Exec(db.Q(`update action_recommendation set body = ?, plainly = ?, options = ?, reworded = ?, version = ?
		where programme = ? and id = ? and version = ?`, x.Text, x.Plainly, options, x.Reworded, x.Version, programme, x.Ref.ID, was))
	if err != nil {
		return err
	}
	if n != 1 {
		return changedMeanwhile()
	}
	if err := ref.Put(tx, x.record(programme)); err != nil {
		return err
	}
	if err := insertText(tx, programme, actor, x, options); err != nil {
		return err
	}
	return indexed(tx, programme, x.Ref.ID, x.index())
}

// decided stores a decision where the version is still the one that was read. Every
// decision is kept.
func decided(tx *db.Tx, programme, actor string, x Recommendation, was int64) error {
	d := x.Decision
	n, err := tx.Exec(db.Q(`update action_recommendation set chosen = ?, why = ?, dissent = ?, decided_by = ?, decided_on = ?, decided_version = ?, version = ?
		where programme = ? and id = ? and version = ?`, d.Option, d.Why, d.Dissent, d.By, d.On, d.Version, x.Version, programme, x.Ref.ID, was))
	if err != nil {
		return err
	}
	if n != 1 {
		return changedMeanwhile()
	}
	if err := ref.Put(tx, x.record(programme)); err != nil {
		return err
	}
	return tx.Do(db.Q(`insert into action_decision (programme, recommendation, version, decision, chosen, why, dissent, decided_by, decided_on, actor, at)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, programme, x.Ref.ID, d.Version, d.Decision, d.Option, d.Why, d.Dissent, d.By, d.On, actor, d.At))
}

// coalesce keeps SQLite to the order written: it would read those of every project.
const selectedRecommendation = `select r.id, r.project, r.site, t.title, x.body, x.plainly, x.options, r.state, x.chosen, x.why, x.dissent, x.decided_by,
	x.decided_on, x.decided_version, x.reworded, x.version, x.given_at, r.changed_at, r.stale_since
	from ref_record r join action_recommendation x on x.programme = r.programme and x.id = coalesce(r.id, '')
	join action_text t on t.programme = x.programme and t.recommendation = x.id and t.version = x.reworded`

func scanRecommendation(row db.Row, x *Recommendation) error {
	var options string
	x.Ref.Kind = KindRecommendation
	d := &x.Decision
	if err := row.Scan(&x.Ref.ID, &x.Project, &x.Site, &x.Title, &x.Text, &x.Plainly, &options, &x.State, &d.Option, &d.Why, &d.Dissent, &d.By,
		&d.On, &d.Version, &x.Reworded, &x.Version, &x.GivenAt, &x.ChangedAt, &x.Stale); err != nil {
		return err
	}
	if x.State != Open {
		d.Decision = x.State
	}
	var err error
	x.Options, err = unpacked(options)
	return err
}

// recommendation reads one; the caller has asked who.Must.
func recommendation(tx *db.Tx, programme, id string) (Recommendation, error) {
	x, ok, err := db.One(tx, db.Q(selectedRecommendation+` where r.programme = ? and r.id = ?`, programme, id), scanRecommendation)
	if err == nil && !ok {
		err = missing()
	}
	return x, err
}

// texts reads every version of a recommendation's words, newest first.
func texts(tx *db.Tx, programme, id string) ([]Earlier, error) {
	return db.All(tx, db.Q(`select title, body, plainly, options, version, at from action_text where programme = ? and recommendation = ? order by version desc`,
		programme, id), func(row db.Row, e *Earlier) error {
		var options string
		if err := row.Scan(&e.Title, &e.Text, &e.Plainly, &options, &e.Version, &e.At); err != nil {
			return err
		}
		var err error
		e.Options, err = unpacked(options)
		return err
	})
}

// decisions reads every decision about a recommendation, newest first.
func decisions(tx *db.Tx, programme, id string) ([]Decision, error) {
	return db.All(tx, db.Q(`select decision, chosen, why, dissent, decided_by, decided_on, version, at from action_decision
		where programme = ? and recommendation = ? order by version desc`, programme, id),
		func(row db.Row, d *Decision) error {
			return row.Scan(&d.Decision, &d.Option, &d.Why, &d.Dissent, &d.By, &d.On, &d.Version, &d.At)
		})
}

// insertAction stores a new action with its row and search words.
func insertAction(tx *db.Tx, programme string, a Action) error {
	if err := ref.Put(tx, a.record(programme)); err != nil {
		return err
	}
	if err := tx.Do(db.Q(`insert into action_action (programme, id, title, recommendation, before, plainly, owner, owner_name, due_on, status, tried, place, along,
		know, look_back, result, why, in_use, since_day, ended_on, happened, verdict, looked_on, given_at, version)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', '', '', '', '', '', '', '', ?, ?)`,
		programme, a.Ref.ID, a.Title, a.Recommendation.ID, a.Before.ID, a.Plainly, a.Owner, a.OwnerName, a.Due, a.Status, a.Try, a.Where, a.With,
		a.Know, a.LookBack, a.GivenAt, a.Version)); err != nil {
		return err
	}
	return indexed(tx, programme, a.Ref.ID, a.index())
}

// updateAction stores a changed action where its version is still the one that was read.
func updateAction(tx *db.Tx, programme string, a Action, was int64) error {
	n, err := tx.Exec(db.Q(`update action_action set title = ?, plainly = ?, owner = ?, owner_name = ?, due_on = ?, look_back = ?, status = ?, result = ?, why = ?, in_use = ?,
		since_day = ?, ended_on = ?, happened = ?, verdict = ?, looked_on = ?, version = ? where programme = ? and id = ? and version = ?`,
		a.Title, a.Plainly, a.Owner, a.OwnerName, a.Due, a.LookBack, a.Status, a.Result, a.Why, a.InUse, a.Since, a.EndedOn, a.Happened, a.Verdict, a.LookedOn,
		a.Version, programme, a.Ref.ID, was))
	if err != nil {
		return err
	}
	if n != 1 {
		return changedMeanwhile()
	}
	if err := ref.Put(tx, a.record(programme)); err != nil {
		return err
	}
	return indexed(tx, programme, a.Ref.ID, a.index())
}

const selectedAction = `select r.id, r.project, r.site, a.title, a.plainly, a.recommendation, a.before, a.owner, a.owner_name, a.due_on, a.tried, a.place,
	a.along, a.know, a.look_back, a.status, r.state, a.result, a.why, a.in_use, a.since_day, a.ended_on, a.happened, a.verdict, a.looked_on,
	a.version, a.given_at, r.changed_at, r.stale_since
	from ref_record r join action_action a on a.programme = r.programme and a.id = coalesce(r.id, '')`

func scanAction(row db.Row, a *Action) error {
	err := row.Scan(&a.Ref.ID, &a.Project, &a.Site, &a.Title, &a.Plainly, &a.Recommendation.ID, &a.Before.ID, &a.Owner, &a.OwnerName, &a.Due, &a.Try, &a.Where,
		&a.With, &a.Know, &a.LookBack, &a.Status, &a.State, &a.Result, &a.Why, &a.InUse, &a.Since, &a.EndedOn, &a.Happened, &a.Verdict, &a.LookedOn,
		&a.Version, &a.GivenAt, &a.ChangedAt, &a.Stale)
	a.Ref.Kind = KindAction
	if a.Recommendation.ID != "" {
		a.Recommendation.Kind = KindRecommendation
	}
	if a.Before.ID != "" {
		a.Before.Kind = KindAction
	}
	return err
}

// action reads one; the caller has asked who.Must.
func action(tx *db.Tx, programme, id string) (Action, error) {
	a, ok, err := db.One(tx, db.Q(selectedAction+` where r.programme = ? and r.id = ?`, programme, id), scanAction)
	if err == nil && !ok {
		err = missing()
	}
	return a, err
}
