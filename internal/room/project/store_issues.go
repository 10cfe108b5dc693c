package project

import (
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
)

// insertIssues stores one version. Someone who was first with the same version makes this
// one a conflict.
func insertIssues(tx *db.Tx, programme string, i Issues) error {
	return tx.Do(db.Q(`insert into project_issues (programme, project, version, problem, agrees, differs, readiness, actor, at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		programme, i.Project, i.Version, i.Problem, i.Agrees, i.Differs, i.Readiness, i.By, i.At))
}

// issues reads every version of what a project agrees on, newest first.
func issues(tx *db.Tx, programme, project string) ([]Issues, error) {
	return db.All(tx, db.Q(`select project, problem, agrees, differs, readiness, actor, at, version from project_issues
		where programme = ? and project = ? order by version desc`, programme, project), func(r db.Row, i *Issues) error {
		return r.Scan(&i.Project, &i.Problem, &i.Agrees, &i.Differs, &i.Readiness, &i.By, &i.At, &i.Version)
	})
}

const pointColumns = `id, project, sort, what, for_whom, when_words, why, version`

func scanPoint(r db.Row, p *Point) error {
	return r.Scan(&p.ID, &p.Project, &p.Sort, &p.What, &p.For, &p.When, &p.Why, &p.Version)
}

// points reads what a project has said, in the order in which it was said.
func points(tx *db.Tx, programme, project string) ([]Point, error) {
	return db.All(tx, db.Q(`select `+pointColumns+` from project_point where programme = ? and project = ? order by id`, programme, project), scanPoint)
}

func point(tx *db.Tx, programme, project, id string) (Point, error) {
	p, ok, err := db.One(tx, db.Q(`select `+pointColumns+` from project_point where programme = ? and project = ? and id = ?`, programme, project, id), scanPoint)
	if err == nil && !ok {
		err = fault.New(fault.Missing, "house.missing")
	}
	return p, err
}

// putPoint stores a new point (was 0) or a changed one where its version is still was.
func putPoint(tx *db.Tx, programme string, p Point, was int64) error {
	if was == 0 {
		return tx.Do(db.Q(`insert into project_point (programme, `+pointColumns+`) values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			programme, p.ID, p.Project, p.Sort, p.What, p.For, p.When, p.Why, p.Version))
	}
	n, err := tx.Exec(db.Q(`update project_point set sort = ?, what = ?, for_whom = ?, when_words = ?, why = ?, version = ?
		where programme = ? and id = ? and version = ?`, p.Sort, p.What, p.For, p.When, p.Why, p.Version, programme, p.ID, was))
	if err == nil && n != 1 {
		return changedMeanwhile()
	}
	return err
}

// dropPoint takes a point away where its version is still was; the trail keeps it.
func dropPoint(tx *db.Tx, programme, id string, was int64) error {
	n, err := tx.Exec(db.Q(`delete from project_point where programme = ? and id = ? and version = ?`, programme, id, was))
	if err == nil && n != 1 {
		return changedMeanwhile()
	}
	return err
}

// dismissed reads the gaps that were put aside, newest first.
func dismissed(tx *db.Tx, programme, project string) ([]Dismissal, error) {
	return db.All(tx, db.Q(`select sign, n, why, actor, at from project_dismissed where programme = ? and project = ? order by at desc, sign`, programme, project),
		func(r db.Row, d *Dismissal) error { return r.Scan(&d.Sign, &d.N, &d.Why, &d.By, &d.At) })
}

func putDismissal(tx *db.Tx, programme, project string, d Dismissal) error {
	return tx.Do(db.Q(`insert into project_dismissed (programme, project, sign, n, why, actor, at) values (?, ?, ?, ?, ?, ?, ?)
		on conflict (programme, project, sign) do update set n = excluded.n, why = excluded.why, actor = excluded.actor, at = excluded.at`,
		programme, project, d.Sign, d.N, d.Why, d.By, d.At))
}

func dropDismissal(tx *db.Tx, programme, project, sign string) error {
	n, err := tx.Exec(db.Q(`delete from project_dismissed where programme = ? and project = ? and sign = ?`, programme, project, sign))
	if err == nil && n == 0 {
		err = fault.New(fault.Missing, "house.missing")
	}
	return err
}

// place is one account's role in a project or in a site of it.
type place struct{ Account, Role string }

// team reads who works in a project, in the whole of it or in one of its sites.
func team(tx *db.Tx, programme, project string) ([]place, error) {
	return db.All(tx, db.Q(`select distinct account, role from who_member where programme = ? and (scope = ?
		or scope in (select id from project_site where programme = ? and project = ?)) order by account, role`, programme, project, programme, project),
		func(r db.Row, p *place) error { return r.Scan(&p.Account, &p.Role) })
}
