package trail

import (
	"database/sql"

	"plait/internal/kit/db"
)

// Waiting is how many entries of all programmes are not in their chain yet, and when the
// first of those was made (microseconds since 1970; 0 when none waits). Entries are made in
// the order of their ids.
func Waiting(tx *db.Tx) (n, oldest int64, err error) {
	type first struct {
		n     int64
		entry sql.NullString
	}
	f, _, err := db.One(tx, db.Q(`select count(*), min(entry) from trail_wait`), func(r db.Row, f *first) error { return r.Scan(&f.n, &f.entry) })
	if err != nil || f.n == 0 {
		return 0, 0, err
	}
	oldest, err = db.Count(tx, db.Q(`select min(e.at) from trail_wait w join trail_entry e on e.programme = w.programme and e.id = w.entry where w.entry = ?`, f.entry.String))
	return f.n, oldest, err
}
