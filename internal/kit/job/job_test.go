package job_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"plait/internal/kit/db"
	"plait/internal/kit/job"
)

func TestJobIsKeptAndLostWithItsTransaction(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, h *house) {
		l := &heard{}
		def := job.Def{Name: "theory.draw", Do: l.do}
		changed := errors.New("changed my mind")
		err := h.Write(t.Context(), func(tx *db.Tx) error {
			if err := h.queue.Add(tx, "theory.draw", map[string]string{"id": "lost"}); err != nil {
				return err
			}
			return changed
		})
		if !errors.Is(err, changed) {
			t.Fatal(err)
		}
		h.write(t, func(tx *db.Tx) error {
			if err := tx.Do(db.Q("update counter set n = n + 1")); err != nil {
				return err
			}
			if err := h.queue.Add(tx, "theory.draw", map[string]string{"id": "kept"}); err != nil {
				return err
			}
			n, err := db.Count(tx, db.Q("select n from counter")) // the transaction goes on after it
			if err == nil && n != 1 {
				t.Errorf("counter is %d", n)
			}
			return err
		})
		h.drain(t, def)
		h.drain(t, def)
		want := []job.Job{{Name: "theory.draw", Args: map[string]string{"id": "kept"}, Try: 1}}
		if d := cmp.Diff(want, l.jobs, cmpopts.IgnoreFields(job.Job{}, "ID")); d != "" {
			t.Error(d)
		}
	})
}

func TestAddSurvivesTheRetryOfAWrite(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, h *house) {
		const writers = 12
		l, tries := &heard{}, atomic.Int64{}
		var wg sync.WaitGroup
		for range writers {
			wg.Go(func() {
				err := h.Write(t.Context(), func(tx *db.Tx) error {
					tries.Add(1)
					n, err := db.Count(tx, db.Q("select n from counter"))
					if err != nil {
						return err
					}
					if err := h.queue.Add(tx, "theory.draw", nil); err != nil {
						return err
					}
					return tx.Do(db.Q("update counter set n = ?", n+1))
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		h.drain(t, job.Def{Name: "theory.draw", Do: l.do})
		if l.n() != writers {
			t.Errorf("%d jobs for %d writes (%d tries)", l.n(), writers, tries.Load())
		}
		if h.Engine() == db.Postgres && tries.Load() == writers {
			t.Error("no write was tried again, so nothing was proven")
		}
	})
}

func TestFailingJobIsTriedAgain(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, h *house) {
		var tries []int
		var mu sync.Mutex
		flaky := func(fail func() error) func(context.Context, job.Job) error {
			return func(_ context.Context, j job.Job) error {
				mu.Lock()
				defer mu.Unlock()
				tries = append(tries, j.Try)
				if j.Try == 1 {
					return fail()
				}
				return nil
			}
		}
		defs := []job.Def{
			{Name: "theory.err", Do: flaky(func() error { return errors.New("Maria's own words") })},
			{Name: "theory.panic", Do: flaky(func() error { panic("Maria's own words") })},
		}
		h.add(t, "theory.err", map[string]string{"id": "a1"})
		h.add(t, "theory.panic", map[string]string{"id": "a2"})
		h.drain(t, defs...)
		if d := cmp.Diff([]int{1, 1}, tries); d != "" {
			t.Fatal(d)
		}
		time.Sleep(1300 * time.Millisecond) // the first retry comes after 1 s, give or take a tenth
		h.drain(t, defs...)
		h.drain(t, defs...)
		if d := cmp.Diff([]int{1, 1, 2, 2}, tries); d != "" {
			t.Error(d)
		}
		said := h.said.String()
		if !strings.Contains(said, "job=theory.err id=") || !strings.Contains(said, "job=theory.panic id=") {
			t.Errorf("the log lacks a name or id: %s", said)
		}
		if strings.Contains(said, "Maria") {
			t.Errorf("the log holds words: %s", said)
		}
	})
}

func TestUniqueWaitsOnceEvenBehindARunningOne(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, h *house) {
		l := &heard{}
		began, goOn := make(chan struct{}, 10), make(chan struct{})
		def := job.Def{Name: "search.fold", Do: func(ctx context.Context, j job.Job) error {
			began <- struct{}{}
			<-goOn
			return l.do(ctx, j)
		}}
		one := map[string]string{"programme": "p1"}
		for range 3 {
			h.add(t, "search.fold", one, job.Unique())
		}
		r := h.start(t, h.DB, def)
		<-began
		for range 3 { // one is running: one more may wait
			h.add(t, "search.fold", one, job.Unique())
		}
		<-began
		h.add(t, "search.fold", map[string]string{"programme": "p2"}, job.Unique())
		close(goOn)
		until(t, "all run", func() bool { return l.n() >= 3 })
		if err := r.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if l.n() != 3 {
			t.Errorf("%d runs: %v", l.n(), l.jobs)
		}
		h.add(t, "search.fold", one, job.Unique()) // nothing waits any more
		h.drain(t, def)
		if l.n() != 4 {
			t.Errorf("%d runs after a finished one", l.n())
		}
	})
}

func TestAtRunsWhenItsTimeHasCome(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, h *house) {
		l := &heard{}
		def := job.Def{Name: "consent.end", Do: l.do}
		in := time.Now().Add(1500 * time.Millisecond)
		h.add(t, "consent.end", map[string]string{"id": "later"}, job.At(in.UnixMicro()))
		h.add(t, "consent.end", map[string]string{"id": "past"}, job.At(1))
		h.drain(t, def)
		if l.n() != 1 || l.jobs[0].Args["id"] != "past" {
			t.Fatalf("%v", l.jobs)
		}
		time.Sleep(time.Until(in) + 10*time.Millisecond)
		h.drain(t, def)
		if l.n() != 2 || l.jobs[1].Args["id"] != "later" || l.jobs[1].Try != 1 {
			t.Errorf("%v", l.jobs)
		}
	})
}

func TestDrainWorksOffWhatJobsAdd(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, h *house) {
		l := &heard{}
		defs := []job.Def{
			{Name: "people.first", Do: func(ctx context.Context, _ job.Job) error {
				return h.Write(ctx, func(tx *db.Tx) error { return h.queue.Add(tx, "people.second", nil) })
			}},
			{Name: "people.second", Do: l.do},
			{Name: "keeper.chain", Tick: true, Every: time.Second, Do: func(ctx context.Context, _ job.Job) error {
				return h.Write(ctx, func(tx *db.Tx) error { return h.queue.Add(tx, "people.first", nil) })
			}},
		}
		h.add(t, "people.first", nil)
		h.drain(t, defs...)
		if l.n() != 2 { // the one added, and the one the tick added
			t.Errorf("%d runs", l.n())
		}
		if err := job.RunOnce(t.Context(), h.DB, defs, h.log, "people.second", map[string]string{"id": "x"}); err != nil || l.n() != 3 {
			t.Errorf("by hand: %v, %d runs", err, l.n())
		}
		if err := job.RunOnce(t.Context(), h.DB, defs, h.log, "people.third", nil); err == nil {
			t.Error("an unknown job ran")
		}
	})
}

func TestAddRefusesWords(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, h *house) {
		for _, x := range []struct {
			name string
			args map[string]string
		}{
			{"draw", nil}, {"Theory.draw", nil}, {"theory.draw", map[string]string{"text": "two words"}},
			{"theory.draw", map[string]string{"mail": "a@b.org"}}, {"theory.draw", map[string]string{"An id": "1"}},
			{"theory.draw", map[string]string{"id": strings.Repeat("x", 201)}},
		} {
			err := h.Write(t.Context(), func(tx *db.Tx) error { return h.queue.Add(tx, x.name, x.args) })
			if err == nil {
				t.Errorf("%v was taken", x)
			}
		}
	})
}

func TestStartRefusesWrongDefinitions(t *testing.T) {
	t.Parallel()
	do := func(context.Context, job.Job) error { return nil }
	d, err := db.OpenFile(t.Context(), t.TempDir())
	d = closing(t, d, err)
	for _, defs := range [][]job.Def{
		{{Name: "draw", Do: do}}, {{Name: "theory.draw"}}, {{Name: "a.b", Do: do}, {Name: "a.b", Do: do}},
		{{Name: "a.b", Do: do, Tick: true}}, {{Name: "a.b", Do: do, Every: time.Millisecond}}, {{Name: "a.b", Do: do, Timeout: -1}},
	} {
		if r, err := job.Start(t.Context(), d, defs, nil); err == nil {
			t.Errorf("%v was taken", defs)
			_ = r.Stop(t.Context())
		}
	}
}
