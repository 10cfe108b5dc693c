package job_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"plait/internal/kit/db"
	"plait/internal/kit/job"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// house is one migrated database; node opens it as another process would.
type house struct {
	*db.DB
	node  func() *db.DB
	queue *job.Queue
	log   *slog.Logger
	said  *safeBuffer
}

// safeBuffer is a log that many goroutines write to.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}
func (s *safeBuffer) String() string { s.mu.Lock(); defer s.mu.Unlock(); return s.b.String() }

// both runs a test on each engine, in a new database each.
func both(t *testing.T, f func(t *testing.T, h *house)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		f(t, newHouse(t, func() *db.DB {
			d, err := db.OpenFile(t.Context(), dir)
			return closing(t, d, err)
		}))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		f(t, newHouse(t, postgres(t)))
	})
}

// postgres makes a database on the test server and gives what opens it.
func postgres(t *testing.T) func() *db.DB {
	t.Helper()
	admin := os.Getenv("PLAIT_TEST_PG")
	if admin == "" {
		for name := range strings.SplitSeq(os.Getenv("PLAIT_TEST_WITHOUT"), ",") {
			if strings.TrimSpace(name) == "postgres" {
				t.Skip("PLAIT_TEST_WITHOUT names postgres")
			}
		}
		t.Fatal("PLAIT_TEST_PG is not set: run as go run ./tool/pg -- go test ./internal/kit/job/...")
	}
	u, err := url.Parse(admin)
	if err != nil {
		t.Fatal(err)
	}
	a, err := db.OpenURL(t.Context(), admin)
	if err != nil {
		t.Fatal(err)
	}
	name := "job_" + strings.ToLower(rand.Text())
	if _, err := a.Pool().ExecContext(t.Context(), "create database "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := a.Pool().ExecContext(context.Background(), "drop database "+name+" with (force)"); err != nil {
			t.Error(err)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	u.Path = "/" + name
	return func() *db.DB {
		d, err := db.OpenURL(t.Context(), u.String())
		return closing(t, d, err)
	}
}

func closing(t *testing.T, d *db.DB, err error) *db.DB {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func newHouse(t *testing.T, node func() *db.DB) *house {
	t.Helper()
	h := &house{DB: node(), node: node, said: &safeBuffer{}}
	h.log = slog.New(slog.NewTextHandler(h.said, nil))
	for range 2 { // the second time changes nothing
		if err := job.Migrate(t.Context(), h.DB); err != nil {
			t.Fatal(err)
		}
	}
	var err error
	if h.queue, err = job.New(h.DB); err != nil {
		t.Fatal(err)
	}
	h.write(t, func(tx *db.Tx) error { return tx.Do(db.Q("create table counter (n bigint not null)")) })
	h.write(t, func(tx *db.Tx) error { return tx.Do(db.Q("insert into counter (n) values (0)")) })
	return h
}

func (h *house) write(t *testing.T, f func(tx *db.Tx) error) {
	t.Helper()
	if err := h.Write(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

func (h *house) add(t *testing.T, name string, args map[string]string, opts ...job.Option) {
	t.Helper()
	h.write(t, func(tx *db.Tx) error { return h.queue.Add(tx, name, args, opts...) })
}

func (h *house) start(t *testing.T, d *db.DB, defs ...job.Def) *job.Runner {
	t.Helper()
	r, err := job.Start(t.Context(), d, defs, h.log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Stop(context.Background()) })
	return r
}

func (h *house) drain(t *testing.T, defs ...job.Def) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := job.Drain(ctx, h.DB, defs, h.log); err != nil {
		t.Fatal(err)
	}
}

// heard keeps the runs of a job.
type heard struct {
	mu   sync.Mutex
	jobs []job.Job
}

func (l *heard) do(_ context.Context, j job.Job) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.jobs = append(l.jobs, j)
	return nil
}

func (l *heard) n() int { l.mu.Lock(); defer l.mu.Unlock(); return len(l.jobs) }

// until waits for something that another goroutine brings about.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("never: %s", what)
}
