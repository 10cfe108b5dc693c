package job

import (
	"context"
	"database/sql"
	"fmt"
	"hash/fnv"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"plait/internal/kit/db"
	"plait/internal/kit/folder"
)

// lockLife is the first key of the advisory locks that say which nodes live; the second
// is a hash of the node's name.
const lockLife int32 = 0x706c6169

// Times of life.
const (
	// lifeEvery is how often a node shows that it lives, and looks who else does.
	lifeEvery = 2 * time.Second
	// deadAfter is how long a node must not have been seen before its jobs are another's: a
	// node that lost its connection, as all do when the database restarts, is back by then.
	deadAfter = 8 * time.Second
)

// life shows the other processes on a database that this one lives, and hands on what those
// that died were doing: River alone would wait until the longest job would have been over.
// On PostgreSQL it holds an advisory lock on a connection kept for it, which the server
// frees when the connection ends; on SQLite a lock file beside the database, which the
// system frees when the process does. Both end however the process ends.
type life struct {
	db   *db.DB
	log  *slog.Logger
	name string

	cancel context.CancelFunc
	wg     sync.WaitGroup

	conn    *sql.Conn            // PostgreSQL
	missing map[string]time.Time // nodes with running jobs, since when they have not been seen
	free    func() error         // SQLite
}

// live begins to show that the node of a name lives, before it takes its first job.
func live(ctx context.Context, d *db.DB, name string, log *slog.Logger) *life {
	l := &life{db: d, log: log, name: name, missing: map[string]time.Time{}}
	ctx, l.cancel = context.WithCancel(ctx)
	beat := l.beat
	if d.Engine() == db.SQLite {
		if !l.lock() {
			return l // no such locks here: River takes up what was left, in its own time
		}
		beat = l.beatHere
	}
	beat(ctx)
	l.wg.Go(func() {
		t := time.NewTicker(lifeEvery)
		defer t.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-t.C:
				beat(ctx)
			}
		}
	})
	return l
}

func (l *life) lockFile(name string) string {
	return filepath.Join(l.db.Folder(), fmt.Sprintf("jobs-%08x.lock", hashOf(name)))
}

// lock takes this process's own lock file. ok is false where the system has no such locks,
// and a file that is locked can be locked again.
func (l *life) lock() (ok bool) {
	free, ok, err := folder.Lock(l.lockFile(l.name))
	if err != nil || !ok {
		return false
	}
	if again, twice, err := folder.Lock(l.lockFile(l.name)); err != nil || twice {
		if again != nil {
			_ = again()
		}
		_ = free()
		return false
	}
	l.free = free
	return true
}

// beatHere hands on, on SQLite, the jobs of processes whose lock file nobody holds.
func (l *life) beatHere(ctx context.Context) {
	ctx, stop := context.WithTimeout(ctx, leadAnswer)
	defer stop()
	running, err := texts(ctx, l.db.Readers(), `select distinct coalesce(json_extract(attempted_by, '$[#-1]'), '') from river_job where state = 'running'`)
	if err != nil {
		return
	}
	for _, name := range running {
		if name == "" || name == l.name {
			continue
		}
		free, dead, err := folder.Lock(l.lockFile(name))
		if err != nil || !dead {
			continue
		}
		err = l.took(l.db.Pool().ExecContext(ctx, `update river_job set
	state = case when attempt * attempt * attempt * attempt <= 5 then 'available' else 'retryable' end,
	scheduled_at = datetime('now', 'subsec', '+' || (attempt * attempt * attempt * attempt) || ' seconds')
where state = 'running' and attempt < max_attempts and json_extract(attempted_by, '$[#-1]') = $1`, name))
		if err == nil {
			_ = os.Remove(l.lockFile(name)) // another may have done so
		}
		_ = free()
	}
}

// end is called once the node runs no more jobs.
func (l *life) end() {
	l.cancel()
	l.wg.Wait()
	l.drop()
	if l.free != nil {
		_ = os.Remove(l.lockFile(l.name))
		_ = l.free()
	}
}

func (l *life) drop() {
	if l.conn != nil {
		discard(l.conn)
		l.conn = nil
	}
}

// beat holds the lock and looks after the dead. Trouble of any kind means a new try.
func (l *life) beat(ctx context.Context) {
	ctx, stop := context.WithTimeout(ctx, leadAnswer)
	defer stop()
	if l.conn == nil {
		conn, err := l.db.Pool().Conn(ctx)
		if err != nil {
			return
		}
		l.conn = conn
		clear(l.missing) // while we were away, so perhaps were the others
		// Should another node's name have the same hash, the two share it.
		if _, err := conn.ExecContext(ctx, `select pg_advisory_lock_shared($1, $2)`, lockLife, int32(hashOf(l.name))); err != nil {
			l.drop()
			return
		}
	}
	if err := l.handOn(ctx); err != nil {
		l.drop()
	}
}

func hashOf(name string) uint32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(name)) // it cannot fail
	return h.Sum32()
}

// handOn gives the jobs of nodes that died to whoever takes them next.
func (l *life) handOn(ctx context.Context) error {
	running, err := texts(ctx, l.conn, `select distinct coalesce(attempted_by[array_upper(attempted_by, 1)], '') from river_job where state = 'running'`)
	if err != nil {
		return err
	}
	if len(running) == 0 || len(running) == 1 && running[0] == l.name {
		clear(l.missing)
		return nil
	}
	alive, err := texts(ctx, l.conn, `select cast(cast(objid as bigint) as text) from pg_locks
where locktype = 'advisory' and cast(classid as bigint) = $1 and objsubid = 2 and granted
and database = (select oid from pg_database where datname = current_database())`, int64(lockLife))
	if err != nil {
		return err
	}
	lives := map[string]bool{}
	for _, hash := range alive {
		lives[hash] = true
	}
	was := l.missing
	l.missing = map[string]time.Time{}
	for _, name := range running {
		if name == "" || lives[fmt.Sprint(hashOf(name))] {
			continue
		}
		since, ok := was[name]
		if !ok {
			since = time.Now()
		}
		l.missing[name] = since
		if time.Since(since) < deadAfter {
			continue
		}
		if err := l.take(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// take puts the jobs of a dead node back into the row, each after its usual wait, so that
// one that kills whoever runs it does not kill all nodes in a minute. What has used up its
// tries is left to River, which puts it away. Several nodes may do this at once.
func (l *life) take(ctx context.Context, name string) error {
	// River itself moves what waits longer than 5 s to 'available' when its time has come.
	return l.took(l.conn.ExecContext(ctx, `update river_job set
	state = case when power(attempt, 4) <= 5 then cast('available' as river_job_state) else cast('retryable' as river_job_state) end,
	scheduled_at = current_timestamp + power(attempt, 4) * interval '1 second',
	errors = array_append(errors, jsonb_build_object('at', current_timestamp, 'attempt', attempt, 'error', 'the node that ran it is gone', 'trace', ''))
where state = 'running' and attempt < max_attempts and attempted_by[array_upper(attempted_by, 1)] = $1`, name))
}

// took says in the log that jobs were handed on.
func (l *life) took(res sql.Result, err error) error {
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err == nil && n > 0 {
		l.log.Warn("a node is gone; its jobs are run again", "jobs", n)
	}
	return nil
}

// asker is a connection or a pool.
type asker interface {
	QueryContext(ctx context.Context, q string, args ...any) (*sql.Rows, error)
}

func texts(ctx context.Context, c asker, q string, args ...any) ([]string, error) {
	rows, err := c.QueryContext(ctx, q, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}
