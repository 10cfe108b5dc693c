package db

import (
	"database/sql"
	"fmt"
)

// Fits compares the migrations that a database has had with those of a program. missing is
// how many it lacks: the program cannot serve it yet. more is how many it has of a newer
// program: an older one may go on serving until it is stopped, since a release only adds.
func Fits(tx *Tx, all []Migration) (missing, more int, err error) {
	had := map[int64]bool{}
	err = Each(tx, Q(`select version_id from goose_db_version where is_applied = ?`, true),
		func(r Row, v *sql.NullInt64) error { return r.Scan(v) }, func(v sql.NullInt64) error { had[v.Int64] = true; return nil })
	if err != nil {
		return 0, 0, fmt.Errorf("which migrations are done: %w", err)
	}
	known := map[int64]bool{0: true} // goose's own first row
	for _, m := range all {
		known[m.Version] = true
		if !had[m.Version] {
			missing++
		}
	}
	for v := range had {
		if !known[v] {
			more++
		}
	}
	return missing, more, nil
}
