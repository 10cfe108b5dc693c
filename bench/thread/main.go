// Command thread measures how long it takes to follow any lesson to its source words and
// back, in a programme of 200,000 contributions and a million ties.
//
//	go run ./bench/thread             on SQLite
//	go run ./tool/pg -- go run ./bench/thread    on PostgreSQL as well
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/url"
	"os"
	"slices"
	"time"

	"plait/internal/app"
	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/mail"
	"plait/internal/kit/seal"
	"plait/internal/room/thread"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// size is how large the invented programme is.
type size struct {
	projects, contributions, ties, findings, recommendations, actions, outcomes, lessons int
}

func main() {
	var s size
	flag.IntVar(&s.projects, "projects", 50, "projects")
	flag.IntVar(&s.contributions, "contributions", 200_000, "contributions")
	flag.IntVar(&s.ties, "ties", 1_000_000, "ties")
	flag.IntVar(&s.findings, "findings", 5_000, "findings")
	runs := flag.Int("runs", 200, "lessons followed")
	flag.Parse()
	s.recommendations, s.actions, s.outcomes, s.lessons = s.findings*2/5, s.findings*3/5, s.findings/4, s.findings/10
	ctx := context.Background()
	if err := sqlite(ctx, s, *runs); err != nil {
		fmt.Fprintln(os.Stderr, "bench/thread, SQLite:", err)
		os.Exit(1)
	}
	if err := postgres(ctx, s, *runs); err != nil {
		fmt.Fprintln(os.Stderr, "bench/thread, PostgreSQL:", err)
		os.Exit(1)
	}
}

func sqlite(ctx context.Context, s size, runs int) error {
	dir, err := os.MkdirTemp("", "plait-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	d, err := db.OpenFile(ctx, dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return measure(ctx, "SQLite", d, s, runs)
}

func postgres(ctx context.Context, s size, runs int) error {
	admin := os.Getenv("PLAIT_TEST_PG")
	if admin == "" {
		fmt.Println("PostgreSQL: not measured. Run this as go run ./tool/pg -- go run ./bench/thread")
		return nil
	}
	name := fmt.Sprintf("bench_thread_%d", os.Getpid())
	a, err := db.OpenURL(ctx, admin)
	if err != nil {
		return err
	}
	defer a.Close()
	if _, err := a.Pool().ExecContext(ctx, "create database "+name+" encoding 'UTF8' template template0"); err != nil {
		return err
	}
	defer a.Pool().ExecContext(ctx, "drop database "+name+" with (force)")
	u, err := url.Parse(admin)
	if err != nil {
		return err
	}
	u.Path = "/" + name
	d, err := db.OpenURL(ctx, u.String())
	if err != nil {
		return err
	}
	defer d.Close()
	return measure(ctx, "PostgreSQL", d, s, runs)
}

// measure fills a house and follows threads in it.
func measure(ctx context.Context, engine string, d *db.DB, s size, runs int) error {
	if err := app.Migrate(ctx, d); err != nil {
		return err
	}
	hand := clock.At(time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC))
	key, err := seal.New(make([]byte, seal.Size))
	if err != nil {
		return err
	}
	h, err := app.Build(d, app.Options{Clock: hand, Key: key, Post: mail.Folder(os.TempDir(), hand, nil), BaseURL: "http://127.0.0.1:1", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	start := time.Now()
	w, err := fill(ctx, h, s)
	if err != nil {
		return err
	}
	fmt.Printf("%s: filled with %d contributions, %d ties in %.0f s\n", engine, s.contributions, w.ties, time.Since(start).Seconds())
	random := rand.New(rand.NewPCG(1, 2))
	lead := who.With(ctx, h.Policy, who.Actor{Kind: who.Account, ID: w.account, Programme: w.programme})
	follow := func(at ref.Ref) (thread.FollowOut, error) {
		v := h.Verbs["thread.follow"]
		out, err := h.Desk.RunVerb(lead, v, "", thread.FollowIn{Ref: at})
		if err != nil {
			return thread.FollowOut{}, err
		}
		return out.(thread.FollowOut), nil
	}
	strips := thread.New(plug.Needs{DB: d, Clock: hand, IDs: h.IDs})
	strips.SetKinds(h.Kinds())
	for _, m := range []struct {
		name string
		of   []ref.Ref
	}{{"lesson to words and back", w.lessons}, {"finding", w.findings}, {"contribution", w.contributions}, {"finding with 5,000 sources", w.big}, {"lesson that stands on 50 findings", w.deep}} {
		var took []float64
		records, more := 0, 0
		for i := range runs {
			at := m.of[random.IntN(len(m.of))]
			begin := time.Now()
			out, err := follow(at)
			if err != nil {
				return fmt.Errorf("%s: %w", m.name, err)
			}
			if i >= min(10, runs/10) { // the first ones fill the caches
				took = append(took, float64(time.Since(begin).Microseconds())/1000)
			}
			var all int64
			for _, n := range out.Counts {
				all += n
			}
			records += int(all)
			if out.More {
				more++
			}
		}
		report(engine, m.name, took, map[string]any{"records": records / runs, "longer": more})
	}
	for _, m := range []struct {
		name string
		of   []ref.Ref
		n    int
	}{{"25 strips of findings", w.findings, 25}, {"100 strips of findings", w.findings, 100}, {"100 strips of contributions", w.contributions, 100}, {"100 strips of actions", w.actions, 100}} {
		var took []float64
		for range max(5, runs/10) {
			var refs []ref.Ref
			for range m.n {
				refs = append(refs, m.of[random.IntN(len(m.of))])
			}
			begin := time.Now()
			if err := d.Read(lead, func(tx *db.Tx) error { _, err := strips.Strips(tx.Context(), tx, refs); return err }); err != nil {
				return err
			}
			took = append(took, float64(time.Since(begin).Microseconds())/1000)
		}
		report(engine, m.name, took, nil)
	}
	return nil
}

// report prints one line of JSON.
func report(engine, name string, took []float64, more map[string]any) {
	slices.Sort(took)
	line := map[string]any{"engine": engine, "what": name, "n": len(took), "p50_ms": took[len(took)/2], "p95_ms": took[len(took)*95/100], "max_ms": took[len(took)-1]}
	for k, v := range more {
		line[k] = v
	}
	text, err := json.Marshal(line)
	if err != nil {
		panic(err)
	}
	fmt.Println(string(text))
}
