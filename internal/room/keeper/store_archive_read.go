package keeper

import (
	"plait/internal/kit/db"
	"plait/internal/spine/ref"
	"plait/internal/spine/tie"
)

// readIDs reads the ids of the records of one kind in a project ("" for those of none), in
// order: all at once, since a page at a time would look through the programme for each.
// Projects themselves are in their own; "" gives every one of them.
func readIDs(tx *db.Tx, programme, project, kind string) ([]string, error) {
	in := db.Q("project = ?", project)
	if kind == ref.Project {
		if in = db.Q("id = ?", project); project == "" {
			in = db.Part{}
		}
	}
	return db.All(tx, db.Join(db.Q("select id from ref_record where"), db.And(db.Q("programme = ? and kind = ?", programme, kind), in), db.Q("order by id")), db.Value[string])
}

// readByID reads records by their ids.
func readByID(tx *db.Tx, programme string, ids []string) ([]ref.Record, error) {
	return db.All(tx, db.Join(db.Q("select "+ref.Columns("r")+" from ref_record r where r.programme = ? and r.id in", programme), db.List(ids), db.Q("order by r.id")), ref.Scan)
}

// readTies reads the ties from and to some records, by record.
func readTies(tx *db.Tx, programme string, ids []string) (from, to map[string][]tie.Tie, err error) {
	from, to = map[string][]tie.Tie{}, map[string][]tie.Tie{}
	const columns = "select t.from_kind, t.from_id, t.to_kind, t.to_id, t.stance, t.reason, t.at from tie t where t.programme = ? and "
	scan := func(r db.Row, t *tie.Tie) error {
		return r.Scan(&t.From.Kind, &t.From.ID, &t.To.Kind, &t.To.ID, &t.Stance, &t.Reason, &t.At)
	}
	all, err := db.All(tx, db.Join(db.Q(columns+"t.from_id in", programme), db.List(ids), db.Q("order by t.at, t.id")), scan)
	if err != nil {
		return nil, nil, err
	}
	for _, t := range all {
		from[t.From.ID] = append(from[t.From.ID], t)
	}
	if all, err = db.All(tx, db.Join(db.Q(columns+"t.to_id in", programme), db.List(ids), db.Q("order by t.at, t.id")), scan); err != nil {
		return nil, nil, err
	}
	for _, t := range all {
		to[t.To.ID] = append(to[t.To.ID], t)
	}
	return from, to, nil
}
