package job_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"plait/internal/kit/db"
	"plait/internal/kit/job"
)

func TestRunnerSeesANewJob(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, h *house) {
		l := &heard{}
		r := h.start(t, h.node(), job.Def{Name: "theory.draw", Do: l.do})
		h.add(t, "theory.draw", nil) // on another handle than the runner's
		began := time.Now()
		until(t, "the job has run", func() bool { return l.n() == 1 })
		t.Logf("after %v", time.Since(began))
		if err := r.Stop(t.Context()); err != nil {
			t.Error(err)
		}
		if err := r.Stop(t.Context()); err != nil {
			t.Errorf("a second stop: %v", err)
		}
	})
}

func TestPeriodicRunsOncePerHouseAndPeriod(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, h *house) {
		nightly, often := &heard{}, &heard{}
		defs := []job.Def{{Name: "keeper.night", Every: 365 * 24 * time.Hour, Do: nightly.do}, {Name: "keeper.often", Every: time.Second, Do: often.do}}
		one := h.start(t, h.DB, defs...)
		two := one
		if h.Engine() == db.Postgres {
			two = h.start(t, h.node(), defs...)
		}
		until(t, "the periods go on", func() bool { return often.n() >= 3 })
		for _, r := range []*job.Runner{one, two} {
			if err := r.Stop(t.Context()); err != nil {
				t.Error(err)
			}
		}
		n := often.n()
		again := h.start(t, h.node(), defs...) // a restart within the long period
		until(t, "the periods go on after a restart", func() bool { return often.n() >= n+2 })
		if err := again.Drain(t.Context()); err != nil {
			t.Error(err)
		}
		if nightly.n() != 1 {
			t.Errorf("the long one ran %d times", nightly.n())
		}
	})
}

func TestStopWaitsForTheRunningJob(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, h *house) {
		var done atomic.Bool
		began := make(chan struct{})
		ctx, cancel := context.WithCancel(t.Context())
		r, err := job.Start(ctx, h.DB, []job.Def{{Name: "theory.draw", Do: func(ctx context.Context, _ job.Job) error {
			close(began)
			select {
			case <-time.After(400 * time.Millisecond):
				done.Store(true)
			case <-ctx.Done():
			}
			return ctx.Err()
		}}}, h.log)
		if err != nil {
			t.Fatal(err)
		}
		h.add(t, "theory.draw", nil)
		<-began
		cancel() // the end of Start's context is not a stop
		if err := r.Stop(t.Context()); err != nil || !done.Load() {
			t.Errorf("%v, done %v", err, done.Load())
		}
	})
}

func TestImpatientStopCutsOffAndTheJobRunsAgain(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, h *house) {
		var ends atomic.Int64
		began := make(chan struct{}, 1)
		def := job.Def{Name: "theory.draw", Do: func(ctx context.Context, _ job.Job) error {
			began <- struct{}{}
			<-ctx.Done()
			ends.Add(1)
			return ctx.Err()
		}}
		tick := make(chan struct{}, 100)
		beat := job.Def{Name: "keeper.chain", Tick: true, Every: time.Hour, Do: func(ctx context.Context, _ job.Job) error {
			tick <- struct{}{}
			<-ctx.Done()
			ends.Add(1)
			return ctx.Err()
		}}
		r := h.start(t, h.DB, def, beat)
		h.add(t, "theory.draw", nil)
		<-began
		<-tick
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if err := r.Stop(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("stop says %v", err)
		}
		if ends.Load() != 2 {
			t.Errorf("%d of 2 were told to end", ends.Load())
		}
		l := &heard{}
		until(t, "the job runs again", func() bool {
			h.drain(t, job.Def{Name: "theory.draw", Do: l.do})
			return l.n() == 1
		})
	})
}

func TestTimeoutEndsTheContext(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, h *house) {
		var how atomic.Value
		h.add(t, "theory.draw", nil)
		h.drain(t, job.Def{Name: "theory.draw", Timeout: 50 * time.Millisecond, Do: func(ctx context.Context, _ job.Job) error {
			<-ctx.Done()
			how.Store(ctx.Err())
			return ctx.Err()
		}})
		if how.Load() != context.DeadlineExceeded {
			t.Errorf("%v", how.Load())
		}
	})
}

func TestTickBeatsThroughErrorsAndPanics(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, h *house) {
		var n atomic.Int64
		r := h.start(t, h.DB, job.Def{Name: "keeper.chain", Tick: true, Every: 50 * time.Millisecond, Do: func(context.Context, job.Job) error {
			switch n.Add(1) {
			case 1:
				panic("Maria's own words")
			case 2:
				return errors.New("Maria's own words")
			}
			return nil
		}})
		until(t, "five beats", func() bool { return n.Load() >= 5 })
		if err := r.Stop(t.Context()); err != nil {
			t.Error(err)
		}
		at := n.Load()
		time.Sleep(150 * time.Millisecond)
		if n.Load() != at {
			t.Error("it beats after the stop")
		}
		rows := int64(-1)
		err := h.Read(t.Context(), func(tx *db.Tx) (err error) {
			rows, err = db.Count(tx, db.Q("select count(*) from river_job"))
			return err
		})
		if err != nil || rows != 0 {
			t.Errorf("%d rows, %v", rows, err)
		}
	})
}

// On SQLite one process serves a house, so only PostgreSQL has two nodes.
func TestTickRunsOnOneNodeAndMovesWhenThatOneIsCutOff(t *testing.T) {
	t.Parallel()
	h := newHouse(t, postgres(t))
	var n [2]atomic.Int64
	var rs [2]*job.Runner
	for i := range rs {
		rs[i] = h.start(t, h.node(), job.Def{Name: "keeper.chain", Tick: true, Every: 20 * time.Millisecond,
			Do: func(context.Context, job.Job) error { n[i].Add(1); return nil }})
		if i == 0 {
			until(t, "the first ticks", func() bool { return n[0].Load() > 0 })
		}
	}
	time.Sleep(2500 * time.Millisecond) // longer than it takes the second to ask
	if n[0].Load() < 20 || n[1].Load() != 0 {
		t.Fatalf("%d and %d ticks", n[0].Load(), n[1].Load())
	}
	if err := rs[0].Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	until(t, "the second takes over", func() bool { return n[1].Load() > 0 })
	// Its connection is cut: it must notice and take the lock again, not tick on without it.
	const holders = ` from pg_locks where locktype = 'advisory' and granted
		and database = (select oid from pg_database where datname = current_database())`
	held := func(what string) (pid int64) {
		if err := h.Pool().QueryRowContext(t.Context(), `select coalesce(max(`+what+`), 0)`+holders).Scan(&pid); err != nil {
			t.Fatal(err)
		}
		return pid
	}
	before := held("pid")
	if before == 0 || held("cast(pg_terminate_backend(pid) as int)") != 1 {
		t.Fatal("no node held the lock")
	}
	until(t, "the lock is held again", func() bool { now := held("pid"); return now != 0 && now != before })
	at := n[1].Load()
	until(t, "it ticks again", func() bool { return n[1].Load() > at+5 })
}
