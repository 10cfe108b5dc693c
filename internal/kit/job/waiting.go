package job

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"plait/internal/kit/db"
)

// Queued is what waits of one kind of job, on all nodes together.
type Queued struct {
	Name     string
	Waiting  int64 // due, and not begun
	Oldest   int64 // when the first of those was due, in seconds since 1970; 0 when none waits
	Running  int64
	Retrying int64 // failed before, and to be tried again; due or not
	GivenUp  int64 // failed so often that it is not tried again; kept for a week
}

// Waiting looks at every job's rows. now is in seconds since 1970, by the machine's clock,
// as the rows' own times are.
func Waiting(ctx context.Context, d *db.DB, now int64) (out []Queued, err error) {
	due := `cast(strftime('%s', scheduled_at) as bigint)`
	if d.Engine() == db.Postgres {
		due = `cast(floor(extract(epoch from scheduled_at)) as bigint)`
	}
	rows, err := d.Readers().QueryContext(ctx, `select kind, cast(state as text), count(*), count(*) filter (where `+due+` <= $1), count(*) filter (where attempt > 0), min(`+due+`)
		from river_job where state in ('available', 'pending', 'scheduled', 'retryable', 'running', 'discarded') group by kind, state order by kind, state`, now)
	if err != nil {
		return nil, fmt.Errorf("what jobs wait: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var name, state string
		var all, ready, again int64
		var first sql.NullInt64
		if err := rows.Scan(&name, &state, &all, &ready, &again, &first); err != nil {
			return nil, err
		}
		if len(out) == 0 || out[len(out)-1].Name != name {
			out = append(out, Queued{Name: name})
		}
		q := &out[len(out)-1]
		switch state {
		case "running":
			q.Running += all
		case "discarded":
			q.GivenUp += all
		default:
			q.Retrying += again
			q.Waiting += ready
			if ready > 0 && (q.Oldest == 0 || first.Int64 < q.Oldest) {
				q.Oldest = first.Int64
			}
		}
	}
	return out, rows.Err()
}
