package action

import "plait/internal/kit/db"

// ownedAct is an action that someone without an account owns.
type ownedAct struct {
	id, project, title, owner, due string
	at                             int64
}

// ownedBy reads the actions of a programme whose owner is called by one of some names. It
// is asked for one person's own copy alone, so it may look through a programme's actions.
func ownedBy(tx *db.Tx, programme string, names []string) ([]ownedAct, error) {
	return db.All(tx, db.Join(db.Q(`select a.id, r.project, a.title, a.owner_name, a.due_on, a.given_at from action_action a
		join ref_record r on r.programme = a.programme and r.id = a.id where a.programme = ? and a.owner_name <> '' and r.until > 0 and lower(a.owner_name) in`, programme),
		db.List(lower(names)), db.Q("order by a.given_at, a.id limit 200")),
		func(r db.Row, a *ownedAct) error { return r.Scan(&a.id, &a.project, &a.title, &a.owner, &a.due, &a.at) })
}
