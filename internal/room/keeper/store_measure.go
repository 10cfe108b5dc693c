package keeper

import "plait/internal/kit/db"

// LastBackup is when the last backup of the house that is kept was made, and when one was
// last tried out and found good (microseconds since 1970; 0 for never).
func (r *Room) LastBackup(tx *db.Tx) (made, proved int64, err error) {
	type last struct{ made, proved int64 }
	l, _, err := db.One(tx, db.Q(`select coalesce(max(at), 0), coalesce(max(proved_at), 0) from keeper_backup where state = ?`, backupKept),
		func(r db.Row, l *last) error { return r.Scan(&l.made, &l.proved) })
	return l.made, l.proved, err
}
