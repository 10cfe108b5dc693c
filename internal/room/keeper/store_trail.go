package keeper

import (
	"plait/internal/kit/db"
	"plait/internal/spine/ref"
)

// trailProjects lists projects by title; may is who may see their trail.
func trailProjects(tx *db.Tx, may db.Part) ([]ref.Record, error) {
	return db.All(tx, db.Join(db.Q("select "+ref.Columns("r")+" from ref_record r where"), may, db.Q("and r.kind = ? order by r.title, r.id limit 500", ref.Project)), ref.Scan)
}

// stillThere gives the ids of the records of some entries that can be opened: what was
// erased or taken back has no page any more.
func stillThere(tx *db.Tx, programme string, list []TrailEntry, now int64) (map[string]bool, error) {
	out := make(map[string]bool, len(list))
	ids := make([]string, 0, len(list))
	for _, e := range list {
		if !e.Ref.None() {
			ids = append(ids, e.Ref.ID)
		}
	}
	if len(ids) == 0 {
		return out, nil
	}
	all, err := db.All(tx, db.Join(db.Q("select id from ref_record where programme = ? and until > ? and id in", programme, now), db.List(ids)), db.Value[string])
	for _, id := range all {
		out[id] = true
	}
	return out, err
}

// team lists the accounts that hold anything in a programme.
func team(tx *db.Tx, programme string) ([]string, error) {
	return db.All(tx, db.Q("select distinct account from who_member where programme = ? order by account limit 500", programme), db.Value[string])
}
