package keeper

import (
	"slices"

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

// miscounted compares every count of a programme with its records, as a whole and by project.
func miscounted(tx *db.Tx, programme string, now int64) ([]string, error) {
	in, err := projects(tx, programme)
	if err != nil {
		return nil, err
	}
	out := []string{}
	if !slices.Contains(in, "") {
		in = append(in, "")
	}
	for _, p := range in {
		where := "project " + p
		if p == "" {
			where = "the programme"
		}
		kept, err := ref.Tallies(tx, programme, p, now)
		if err != nil {
			return nil, err
		}
		real, err := ref.Recount(tx, programme, p, now)
		if err != nil {
			return nil, err
		}
		out = append(out, differences(where, kept, real)...)
	}
	return out, nil
}
