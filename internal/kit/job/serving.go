package job

import (
	"context"

	"plait/internal/kit/db"
)

// Serving says whether some process works off the jobs of a house, as every serving one
// does: one of them leads, and says so each few seconds. After a process was killed it
// takes up to half a minute until nobody leads.
func Serving(ctx context.Context, d *db.DB) (bool, error) {
	ask := "select count(*) from river_leader where expires_at > now()"
	if d.Engine() == db.SQLite {
		ask = "select count(*) from river_leader where expires_at > datetime('now', 'subsec')"
	}
	var n int64
	err := d.Readers().QueryRowContext(ctx, ask).Scan(&n)
	return n > 0, err
}
