package db

import (
	"context"
	"database/sql"
	"path/filepath"
	"sync"
	"time"

	"plait/internal/kit/folder"
)

// lockHold is the key of the advisory lock on the whole installation.
const lockHold int64 = 0x706c616974_04

const (
	// holdWait is how long the lock is tried for: one that was killed is let go by then.
	holdWait = 2 * time.Second
	holdEach = 50 * time.Millisecond
	// holdAnswer is how long the database may take to say who has it.
	holdAnswer = 5 * time.Second
)

// Hold is a lock on the installation behind a database. Whoever serves or uses it shares
// the lock; what empties or replaces all of it takes it alone. It ends with its process: on
// SQLite it is a lock file beside the database, on PostgreSQL an advisory lock on a
// connection of its own.
type Hold struct {
	db    *DB
	alone bool

	mu   sync.Mutex
	free func() error // SQLite
	conn *sql.Conn    // PostgreSQL
}

// Share takes a part of the lock; ok is false when someone has it alone.
func (d *DB) Share(ctx context.Context) (h *Hold, ok bool, err error) { return d.hold(ctx, false) }

// Alone takes the whole lock; ok is false when anybody else has a part of it.
func (d *DB) Alone(ctx context.Context) (h *Hold, ok bool, err error) { return d.hold(ctx, true) }

func (d *DB) hold(ctx context.Context, alone bool) (*Hold, bool, error) {
	h := &Hold{db: d, alone: alone}
	for began := time.Now(); ; {
		ok, err := h.take(ctx)
		if ok || err != nil || time.Since(began) > holdWait {
			return h, ok, err
		}
		select {
		case <-time.After(holdEach):
		case <-ctx.Done():
			return h, false, ctx.Err()
		}
	}
}

// take tries once.
func (h *Hold) take(ctx context.Context) (ok bool, err error) {
	if h.db.engine == SQLite {
		lock := folder.Share
		if h.alone {
			lock = folder.Lock
		}
		h.free, ok, err = lock(filepath.Join(h.db.Folder(), "plait.lock"))
		return ok, err
	}
	ask := `select pg_try_advisory_lock_shared($1)`
	if h.alone {
		ask = `select pg_try_advisory_lock($1)`
	}
	conn, err := h.db.write.Conn(ctx)
	if err != nil {
		return false, busyAway(err)
	}
	if err := conn.QueryRowContext(ctx, ask, lockHold).Scan(&ok); err != nil {
		discard(conn) // it may hold the lock all the same
		return false, busyAway(err)
	}
	if !ok {
		return false, conn.Close() // back to the pool; nothing is held
	}
	h.conn = conn
	return true, nil
}

// Keep says whether the lock is still held. On PostgreSQL it goes with its connection; it is
// taken again then, and again says so: others may have had it meanwhile. An error says that
// the database does not answer, and nothing of the lock.
func (h *Hold) Keep(ctx context.Context) (ok, again bool, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.db.engine == SQLite {
		return h.free != nil, false, nil
	}
	ctx, stop := context.WithTimeout(ctx, holdAnswer)
	defer stop()
	if h.conn != nil {
		writes := false
		if h.conn.QueryRowContext(ctx, `select not pg_is_in_recovery()`).Scan(&writes) == nil && writes {
			return true, false, nil
		}
		discard(h.conn)
		h.conn = nil
	}
	ok, err = h.take(ctx)
	return ok, ok, err
}

// Free lets the lock go. Calling it again does nothing.
func (h *Hold) Free() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.conn != nil {
		discard(h.conn) // its lock goes with it
		h.conn = nil
	}
	if h.free == nil {
		return nil
	}
	free := h.free
	h.free = nil
	return free()
}
