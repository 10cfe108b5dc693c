package keeper

import (
	"plait/internal/kit/db"
	"plait/internal/spine/ref"
)

// counted lists the programmes that have counts.
func counted(tx *db.Tx) ([]string, error) {
	return db.All(tx, db.Q("select distinct programme from ref_count order by programme"), db.Value[string])
}

// projects lists the projects that a programme's records or counts name; "" for those of none.
func projects(tx *db.Tx, programme string) ([]string, error) {
	return db.All(tx, db.Q(`select project from ref_record where programme = ? union select project from ref_count where programme = ?
		order by project`, programme, programme), db.Value[string])
}

// miscounted compares the counts of a project, "" for the whole programme, with its records.
func miscounted(tx *db.Tx, programme, project string, now int64) ([]string, error) {
	where := "project " + project
	if project == "" {
		where = "the programme"
	}
	kept, err := ref.Tallies(tx, programme, project, now)
	if err != nil {
		return nil, err
	}
	real, err := ref.Recount(tx, programme, project, now)
	if err != nil {
		return nil, err
	}
	return differences(where, kept, real), nil
}
