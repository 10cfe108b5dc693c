package job

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"math/bits"
	"sync"
	"time"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
)

// A node that does not tick asks this often whether it may.
const leadEvery = 2 * time.Second

// leadAnswer is how long the database may take to say so.
const leadAnswer = 5 * time.Second

// ticks calls the ticking definitions, one goroutine each.
type ticks struct {
	set    set
	lead   *leader
	quit   chan struct{}
	cancel context.CancelFunc
	wg     sync.WaitGroup
	// turn keeps a drain from ticking beside the beat, one lock per definition.
	turn map[string]*sync.Mutex
}

func newTicks(s set) *ticks {
	t := &ticks{set: s, lead: &leader{db: s.db}, quit: make(chan struct{}), cancel: func() {}, turn: map[string]*sync.Mutex{}}
	for _, d := range s.defs {
		t.turn[d.Name] = &sync.Mutex{}
	}
	return t
}

func startTicks(ctx context.Context, s set) *ticks {
	t := newTicks(s)
	ctx, t.cancel = context.WithCancel(ctx)
	for _, d := range s.defs {
		if d.Tick {
			t.wg.Go(func() { t.beat(ctx, d) })
		}
	}
	return t
}

// beat runs one definition until the end. A run that takes longer than Every
// delays the next; none are made up for.
func (t *ticks) beat(ctx context.Context, d Def) {
	fails := uint(0)
	wait := time.NewTimer(0)
	defer wait.Stop()
	for {
		select {
		case <-t.quit:
			return
		case <-wait.C:
		}
		began := time.Now()
		if !t.lead.held(ctx) {
			wait.Reset(max(d.Every, leadEvery))
			continue
		}
		if err := t.call(ctx, d); err == nil {
			if fails > 0 {
				t.set.log.Info("tick works again", "job", d.Name, "failed", fails)
			}
			fails = 0
		} else if fails++; bits.OnesCount(fails) == 1 {
			// The 1st, 2nd, 4th, 8th...: a database that is away would fill the log each second.
			f := fault.Of(err)
			t.set.log.Error("tick failed", "job", d.Name, "times", fails, "kind", f.Kind, "say", f.Say)
		}
		wait.Reset(max(d.Every-time.Since(began), 0))
	}
}

// call runs a definition once.
func (t *ticks) call(ctx context.Context, d Def) error {
	turn := t.turn[d.Name]
	turn.Lock()
	defer turn.Unlock()
	ctx, cancel := context.WithTimeout(ctx, d.timeout())
	defer cancel()
	return t.set.run(ctx, d, Job{Name: d.Name, Try: 1})
}

// all runs every tick once, for a drain. When another node ticks (PostgreSQL) it
// is left to that node, which does so within its Every.
func (t *ticks) all(ctx context.Context) error {
	var errs []error
	for _, d := range t.set.defs {
		if !d.Tick || !t.lead.held(ctx) {
			continue
		}
		if err := t.call(ctx, d); err != nil {
			errs = append(errs, fmt.Errorf("tick %s: %w", d.Name, err))
		}
	}
	return errors.Join(errs...)
}

// stop ends the beat and waits for the ticks that are running; when ctx ends
// first, so do their contexts.
func (t *ticks) stop(ctx context.Context) error {
	defer t.lead.release()
	defer t.cancel()
	close(t.quit)
	done := make(chan struct{})
	go func() { t.wg.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
	}
	t.cancel()
	select {
	case <-done:
	case <-time.After(hardStop):
	}
	return ctx.Err()
}

// leader says whether this node is the one that ticks. On PostgreSQL that is who
// holds an advisory lock on a connection kept for it; the server frees the lock
// when the connection ends, however it ends.
type leader struct {
	db *db.DB

	mu   sync.Mutex
	conn *sql.Conn // nil unless the lock is held
}

// held asks the database; trouble of any kind means no.
func (l *leader) held(ctx context.Context) bool {
	if l.db.Engine() == db.SQLite {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, leadAnswer)
	defer cancel()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn != nil {
		var one int
		if l.conn.QueryRowContext(ctx, `select 1`).Scan(&one) == nil {
			return true
		}
		discard(l.conn)
		l.conn = nil
	}
	conn, err := l.db.Pool().Conn(ctx)
	if err != nil {
		return false
	}
	var ok bool
	if conn.QueryRowContext(ctx, `select pg_try_advisory_lock($1)`, lockTick).Scan(&ok) != nil {
		discard(conn) // it may hold the lock all the same
		return false
	}
	if !ok {
		_ = conn.Close() // back to the pool; nothing is held
		return false
	}
	l.conn = conn
	return true
}

// release lets another node tick.
func (l *leader) release() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn != nil {
		discard(l.conn)
		l.conn = nil
	}
}

// discard ends a connection instead of handing it back to its pool, and with it
// the locks it holds.
func discard(c *sql.Conn) {
	_ = c.Raw(func(any) error { return driver.ErrBadConn }) // this is how database/sql is told to close it
	_ = c.Close()
}
