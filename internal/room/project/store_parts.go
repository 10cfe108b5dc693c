package project

import (
	"plait/internal/kit/db"
	"plait/internal/spine/ref"
)

const siteColumns = `r.id, s.project, r.title, s.nation, s.place, s.version from project_site s join ref_record r on r.programme = s.programme and r.id = s.id`

func scanSite(r db.Row, s *Site) error {
	s.Ref.Kind = KindSite
	return r.Scan(&s.Ref.ID, &s.Project, &s.Name, &s.Nation, &s.Place, &s.Version)
}

func site(tx *db.Tx, programme, project, id string) (Site, bool, error) {
	return db.One(tx, db.Q(`select `+siteColumns+` where s.programme = ? and s.project = ? and s.id = ?`, programme, project, id), scanSite)
}

// sites reads a project's sites in the order they were added.
func sites(tx *db.Tx, programme, project string) ([]Site, error) {
	return db.All(tx, db.Q(`select `+siteColumns+` where s.programme = ? and s.project = ? order by s.id`, programme, project), scanSite)
}

// putSite stores a new site (was 0) or a changed one where its version is still was.
func putSite(tx *db.Tx, rec ref.Record, s Site, was int64) error {
	if err := ref.Put(tx, rec); err != nil {
		return err
	}
	if was == 0 {
		return tx.Do(db.Q(`insert into project_site (programme, id, project, nation, place, version) values (?, ?, ?, ?, ?, ?)`,
			rec.Programme, s.Ref.ID, s.Project, s.Nation, s.Place, s.Version))
	}
	n, err := tx.Exec(db.Q(`update project_site set nation = ?, place = ?, version = ? where programme = ? and id = ? and version = ?`,
		s.Nation, s.Place, s.Version, rec.Programme, s.Ref.ID, was))
	if err == nil && n != 1 {
		return changedMeanwhile()
	}
	return err
}

// insertQuestion stores one version of a question. Someone who was first with the same
// version makes this one a conflict.
func insertQuestion(tx *db.Tx, programme string, q Question) error {
	if err := ref.Put(tx, q.record(programme)); err != nil {
		return err
	}
	return tx.Do(db.Q(`insert into project_question (programme, project, version, id, words, why, actor, at) values (?, ?, ?, ?, ?, ?, ?, ?)`,
		programme, q.Project, q.Version, q.Ref.ID, q.Text, q.Why, q.By, q.At))
}

// questions reads every version of a project's question, newest first.
func questions(tx *db.Tx, programme, project string) ([]Question, error) {
	return db.All(tx, db.Q(`select id, project, words, why, actor, at, version from project_question where programme = ? and project = ? order by version desc`,
		programme, project), func(r db.Row, q *Question) error {
		q.Ref.Kind = KindQuestion
		return r.Scan(&q.Ref.ID, &q.Project, &q.Text, &q.Why, &q.By, &q.At, &q.Version)
	})
}

const askColumns = `id, project, team, what, owner, by_day, state, why, version`

func scanAsk(r db.Row, a *Ask) error {
	a.Ref.Kind = KindAsk
	err := r.Scan(&a.Ref.ID, &a.Project, &a.Team, &a.What, &a.Owner, &a.DueOn, &a.State, &a.Why, &a.Version)
	a.Owned = a.Owner != ""
	return err
}

func ask(tx *db.Tx, programme, project, id string) (Ask, bool, error) {
	return db.One(tx, db.Q(`select `+askColumns+` from project_ask where programme = ? and project = ? and id = ?`, programme, project, id), scanAsk)
}

// asks reads a project's asks: open ones first, by date with the dateless last, then the others.
func asks(tx *db.Tx, programme, project, today string) ([]Ask, error) {
	out, err := db.All(tx, db.Q(`select `+askColumns+` from project_ask where programme = ? and project = ?
		order by case when state = 'open' then 0 else 1 end, case when by_day = '' then 1 else 0 end, by_day, id`, programme, project), scanAsk)
	for i := range out {
		out[i].Late = late(out[i], today)
	}
	return out, err
}

// putAsk stores a new ask (was 0) or a changed one where its version is still was, and its step.
func putAsk(tx *db.Tx, rec ref.Record, a Ask, was int64, s Step) error {
	if err := ref.Put(tx, rec); err != nil {
		return err
	}
	if was == 0 {
		if err := tx.Do(db.Q(`insert into project_ask (programme, `+askColumns+`) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			rec.Programme, a.Ref.ID, a.Project, a.Team, a.What, a.Owner, a.DueOn, a.State, a.Why, a.Version)); err != nil {
			return err
		}
	} else {
		n, err := tx.Exec(db.Q(`update project_ask set team = ?, what = ?, owner = ?, by_day = ?, state = ?, why = ?, version = ?
			where programme = ? and id = ? and version = ?`, a.Team, a.What, a.Owner, a.DueOn, a.State, a.Why, a.Version, rec.Programme, a.Ref.ID, was))
		if err != nil {
			return err
		}
		if n != 1 {
			return changedMeanwhile()
		}
	}
	return tx.Do(db.Q(`insert into project_ask_step (programme, ask, version, what, owner, by_day, state, why, actor, at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		rec.Programme, a.Ref.ID, s.Version, s.What, s.Owner, s.DueOn, s.State, s.Why, s.By, s.At))
}

func steps(tx *db.Tx, programme, ask string) ([]Step, error) {
	return db.All(tx, db.Q(`select what, owner, by_day, state, why, actor, at, version from project_ask_step where programme = ? and ask = ? order by version desc`,
		programme, ask), func(r db.Row, s *Step) error {
		return r.Scan(&s.What, &s.Owner, &s.DueOn, &s.State, &s.Why, &s.By, &s.At, &s.Version)
	})
}

// briefLine is a project as the programme's page shows it.
type briefLine struct{ ID, Title, Phase string }

// brief reads the first projects by title and how many there are. may is who may see.
func brief(tx *db.Tx, may db.Part, most int64) (lines []briefLine, all int64, err error) {
	from := db.Join(db.Q(`from ref_record r join project_detail d on d.programme = r.programme and d.id = r.id where`), may)
	lines, err = db.All(tx, db.Join(db.Q(`select r.id, r.title, d.phase`), from, db.Q(`order by d.title_order, d.id limit ?`, most)),
		func(r db.Row, l *briefLine) error { return r.Scan(&l.ID, &l.Title, &l.Phase) })
	if err != nil {
		return nil, 0, err
	}
	all, err = db.Count(tx, db.Join(db.Q(`select count(*)`), from))
	return lines, all, err
}
