package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"os"
	"slices"
	"sync"
	"time"

	"plait/internal/kit/db"
)

// read measures the readers, then one page flat out.
func read(ctx context.Context, w wishes, temp string) error {
	y, err := open(ctx, w)
	if err != nil {
		return err
	}
	defer y.db.Close()
	all, err := y.readers(ctx, w.readers, w.seed)
	if err != nil {
		return err
	}
	if err := y.db.Analyse(ctx); err != nil {
		return err
	}
	s, err := serve(ctx, w.program, w.dir, w.db, temp)
	if err != nil {
		return err
	}
	defer s.stop()
	if err := y.rested(ctx); err != nil {
		return err
	}
	clients := make([]*http.Client, len(all))
	for i, r := range all {
		if clients[i], err = s.signIn(r); err != nil {
			return err
		}
	}
	if err := y.mixed(ctx, w, s, all, clients); err != nil {
		return err
	}
	return y.flat(ctx, w, s, clients[0])
}

// rested waits until the server has chained the whole trail of a year that was just made:
// on any other day it chains each second what that second brought.
func (y *year) rested(ctx context.Context) error {
	for end := time.Now().Add(30 * time.Minute); time.Now().Before(end); time.Sleep(2 * time.Second) {
		var n int64
		if err := y.db.Read(ctx, func(tx *db.Tx) (err error) {
			n, err = db.Count(tx, db.Q("select count(*) from trail_wait"))
			return err
		}); err != nil || n < 100 {
			return err
		}
		fmt.Fprintf(os.Stderr, "%d entries of the trail wait to be chained\n", n)
	}
	return fmt.Errorf("the trail is not chained")
}

// signIn follows a reader's link.
func (s *server) signIn(r *reader) (*http.Client, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	c := &http.Client{Jar: jar, Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 8}}
	resp, err := c.PostForm(s.base+r.path, nil)
	if err != nil {
		return nil, err
	}
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return nil, err
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("signing in: %s", resp.Status)
	}
	return c, nil
}

// get opens a page and gives the time until its last byte.
func get(c *http.Client, address string) (time.Duration, error) {
	began := time.Now()
	resp, err := c.Get(address)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return 0, err
	}
	if resp.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("%s: %s", address, resp.Status)
	}
	return time.Since(began), nil
}

// mixed has every reader open a page every so often, each at moments of its own.
func (y *year) mixed(ctx context.Context, w wishes, s *server, all []*reader, clients []*http.Client) error {
	ks := kinds()
	took := make([][]float64, len(ks))
	errs := make([]int, len(ks))
	var mu sync.Mutex
	var wait sync.WaitGroup
	busy, err := y.meter(ctx, s)
	if err != nil {
		return err
	}
	end := time.Now().Add(w.last)
	for i, r := range all {
		wait.Go(func() {
			time.Sleep(time.Duration(r.random.Int64N(int64(w.every))))
			for next := time.Now(); next.Before(end); next = next.Add(w.every) {
				time.Sleep(time.Until(next))
				k, path := y.next(r, ks)
				t, err := get(clients[i], s.base+path)
				mu.Lock()
				if err != nil {
					if errs[k]++; errs[k] == 1 {
						fmt.Fprintln(os.Stderr, err)
					}
				} else {
					took[k] = append(took[k], float64(t.Microseconds())/1000)
				}
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	engine := string(y.db.Engine())
	n := 0
	for i, k := range ks {
		w.tell(spread(engine, k.name, took[i], errs[i]))
		n += len(took[i])
	}
	w.tell(spread(engine, "all twelve kinds", slices.Concat(took...), sum(errs)))
	mb, err := resident(s.process.Process.Pid)
	if err != nil {
		return err
	}
	w.tell(figure{Engine: engine, What: "resident with readers", Value: mb, Unit: "MB"})
	return busy(func(plait, database float64) {
		w.tell(figure{Engine: engine, What: "processor time of a page in the mix, plait", Value: plait / float64(n) * 1000, Unit: "ms"})
		if database > 0 {
			w.tell(figure{Engine: engine, What: "processor time of a page in the mix, PostgreSQL", Value: database / float64(n) * 1000, Unit: "ms"})
		}
	})
}

func sum(n []int) (all int) {
	for _, x := range n {
		all += x
	}
	return all
}

func spread(engine, what string, took []float64, errors int) figure {
	f := figure{Engine: engine, What: what, N: len(took), Errors: errors}
	if len(took) > 0 {
		slices.Sort(took)
		f.P50, f.P95, f.Max = took[len(took)/2], took[len(took)*95/100], took[len(took)-1]
	}
	return f
}

// flat asks for the home of projects from four connections without a pause.
func (y *year) flat(ctx context.Context, w wishes, s *server, c *http.Client) error {
	busy, err := y.meter(ctx, s)
	if err != nil {
		return err
	}
	var mu sync.Mutex
	var took []float64
	errs := 0
	var wait sync.WaitGroup
	began := time.Now()
	for i := range 4 {
		random := rand.New(rand.NewPCG(w.seed, uint64(1000+i)))
		wait.Go(func() {
			for time.Since(began) < w.flat {
				t, err := get(c, s.base+"/project/"+one(random, y.projects).id)
				mu.Lock()
				if err != nil {
					errs++
				} else {
					took = append(took, float64(t.Microseconds())/1000)
				}
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	lasted := time.Since(began).Seconds()
	engine := string(y.db.Engine())
	n := float64(len(took))
	w.tell(spread(engine, "project page flat out, 4 connections", took, errs))
	w.tell(figure{Engine: engine, What: "project pages a second by the clock", Value: n / lasted, Unit: "a second"})
	return busy(func(plait, database float64) {
		w.tell(figure{Engine: engine, What: "project pages per processor second of plait", Value: n / plait, Unit: "pages"})
		if database > 0 {
			w.tell(figure{Engine: engine, What: "project pages per processor second with PostgreSQL's", Value: n / (plait + database), Unit: "pages"})
		}
	})
}

// meter reads processor time now, and again when what it gives is called: of the program
// and of the database processes that serve it, where they are on this machine.
func (y *year) meter(ctx context.Context, s *server) (func(func(plait, database float64)) error, error) {
	backends := func() (all float64, err error) {
		if y.db.Engine() != db.Postgres {
			return 0, nil
		}
		var pids []int
		err = y.db.Read(ctx, func(tx *db.Tx) (err error) {
			pids, err = db.All(tx, db.Q(`select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`), db.Value[int])
			return err
		})
		for _, pid := range pids {
			if n, err := used(pid); err == nil { // one may have ended meanwhile, or be on another machine
				all += n
			}
		}
		return all, err
	}
	plait, err := used(s.process.Process.Pid)
	if err != nil {
		return nil, err
	}
	database, err := backends()
	if err != nil {
		return nil, err
	}
	return func(tell func(plait, database float64)) error {
		p, err := used(s.process.Process.Pid)
		if err != nil {
			return err
		}
		d, err := backends()
		tell(p-plait, d-database)
		return err
	}, nil
}
