package keeper

import (
	"plait/internal/kit/db"
	"plait/internal/spine/ref"
)

// trailProjects lists projects by title; may is who may see their trail.
func trailProjects(tx *db.Tx, may db.Part) ([]ref.Record, error) {
	return db.All(tx, db.Join(db.Q("select "+ref.Columns("r")+" from ref_record r where"), may, db.Q("and r.kind = ? order by r.title, r.id limit 500", ref.Project)), ref.Scan)
}

// team lists the accounts that hold anything in a programme.
func team(tx *db.Tx, programme string) ([]string, error) {
	return db.All(tx, db.Q("select distinct account from who_member where programme = ? order by account limit 500", programme), db.Value[string])
}
