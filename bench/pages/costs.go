package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"plait/internal/kit/db"
)

// tally gathers what the statements of one kind of page took.
type tally struct {
	mu   sync.Mutex
	n    map[string]int
	took map[string]time.Duration
	args map[string][]any // of the last time, for plans
}

func (t *tally) reset() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.n, t.took = map[string]int{}, map[string]time.Duration{}
	t.args = map[string][]any{}
}

func (t *tally) hear(_ context.Context, s db.Statement) {
	sql := strings.Join(strings.Fields(s.SQL), " ")
	t.mu.Lock()
	defer t.mu.Unlock()
	t.n[sql]++
	t.took[sql] += s.Took
	t.args[sql] = s.Args
}

// costs opens pages in this process, one after another, and tells for each kind the
// processor time (the database's too where it is SQLite), how many statements it has, how
// long they take by the clock, and the longest of them.
func costs(ctx context.Context, w wishes) error {
	y, err := open(ctx, w)
	if err != nil {
		return err
	}
	defer y.db.Close()
	all, err := y.readers(ctx, 1, w.seed) // the first leads the programme
	if err != nil {
		return err
	}
	if err := y.db.Analyse(ctx); err != nil {
		return err
	}
	t := &tally{}
	t.reset()
	y.db.Watch(t.hear)
	r := all[0]
	cookies, err := y.enter(r.path)
	if err != nil {
		return err
	}
	if w.profile != "" {
		f, err := os.Create(w.profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	for _, k := range kinds() {
		if !strings.Contains(k.name, w.only) {
			continue
		}
		if err := y.open(k, r, cookies); err != nil { // the first one fills caches
			return err
		}
		t.reset()
		before, began := cpu(), time.Now()
		for range w.each {
			if err := y.open(k, r, cookies); err != nil {
				return err
			}
		}
		lasted, spent := time.Since(began), cpu()-before
		if err := t.tell(ctx, w, y.db, k.name, spent, lasted); err != nil {
			return err
		}
	}
	return nil
}

// cpu is the processor time of this process.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // the kernel knows its own process
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func (y *year) enter(path string) ([]*http.Cookie, error) {
	rec := httptest.NewRecorder()
	y.house.Handler.ServeHTTP(rec, httptest.NewRequest(http.MethodPost, path, nil))
	resp := rec.Result()
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusSeeOther {
		text, _ := io.ReadAll(resp.Body)
		return nil, fmt.Errorf("signing in: %s\n%s", resp.Status, text)
	}
	return resp.Cookies(), nil
}

func (y *year) open(k kind, r *reader, cookies []*http.Cookie) error {
	req := httptest.NewRequest(http.MethodGet, k.path(y, one(r.random, y.projects), r.random), nil)
	for _, c := range cookies {
		req.AddCookie(c)
	}
	rec := httptest.NewRecorder()
	y.house.Handler.ServeHTTP(rec, req)
	if rec.Code != http.StatusOK {
		return fmt.Errorf("%s: status %d", k.name, rec.Code)
	}
	return nil
}

// most is how many statements are listed for a kind of page.
const most = 6

func (t *tally) tell(ctx context.Context, w wishes, d *db.DB, name string, spent, lasted time.Duration) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 / float64(w.each) }
	n, took := 0, time.Duration(0)
	var names []string
	for sql, c := range t.n {
		n += c
		took += t.took[sql]
		names = append(names, sql)
	}
	slices.SortFunc(names, func(a, b string) int { return int(t.took[b] - t.took[a]) })
	fmt.Printf("%s: %.2f ms of processor, %.2f ms by the clock, %.1f statements that take %.2f ms\n", name, ms(spent), ms(lasted), float64(n)/float64(w.each), ms(took))
	for _, sql := range names[:min(most, len(names))] {
		fmt.Printf("  %8.2f ms  %5.1f times  %.150s\n", ms(t.took[sql]), float64(t.n[sql])/float64(w.each), sql)
		if !w.plans {
			continue
		}
		if err := plan(ctx, d, sql, t.args[sql]); err != nil {
			return err
		}
	}
	return nil
}

// plan prints how the engine runs a statement. It goes past the watcher, on the pool.
func plan(ctx context.Context, d *db.DB, sql string, args []any) error {
	ask := "explain (costs off) " + sql
	if d.Engine() == db.SQLite {
		ask = "explain query plan " + sql
	}
	rows, err := d.Readers().QueryContext(ctx, ask, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var line string
		var id, parent, nothing int64
		if d.Engine() == db.SQLite {
			err = rows.Scan(&id, &parent, &nothing, &line)
		} else {
			err = rows.Scan(&line)
		}
		if err != nil {
			return err
		}
		fmt.Printf("%22s%s\n", "", line)
	}
	return rows.Err()
}
