package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// clients is how many write at the same time.
const clients = 6

// kill ends the program, or PostgreSQL's postmaster, at random moments while six clients
// write. After each, everything that was acknowledged is looked for; what was not is sent
// again with its key, and looked for once more.
func kill(ctx context.Context, b *bench, engine string, out *result) error {
	out.How = "SIGKILL"
	if engine == "postgres" {
		out.How = "SIGKILL of the program, of the postmaster or of both (fsync on)"
	}
	h, err := b.newHouse(ctx, "kill", engine)
	if err != nil {
		return err
	}
	defer h.kill()
	if err := h.start(); err != nil {
		return err
	}
	c, err := signedIn(ctx, h)
	if err != nil {
		return err
	}
	random := rand.New(rand.NewPCG(b.seed, 9))
	var done []*crowd
	struck := map[string]int{}
	for n := range b.kills {
		what := "program"
		if engine == "postgres" {
			what = []string{"program", "program", "program", "database", "both"}[random.IntN(5)]
		}
		struck[what]++
		w, err := b.killOnce(ctx, h, c, n, what, random, out)
		if err != nil {
			return fmt.Errorf("kill %d (%s): %w", n+1, what, err)
		}
		done = append(done, w)
		b.tell("kill %d of %s (%s): %d acknowledged in all, %d lost, %d torn", n+1, engine, what, out.Acknowledged, out.Lost, out.Torn)
	}
	// In the end everything is read once more, from the first round on.
	for _, w := range done {
		things, err := c.there(ctx, w.project, nil)
		if err != nil {
			return err
		}
		out.add(judge(w.entries(), things))
		out.Doubt += w.doubt
	}
	out.see("killed", struck)
	return h.check(ctx, out)
}

// killOnce is one round, in a project of its own.
func (b *bench) killOnce(ctx context.Context, h *house, c *client, n int, what string, random *rand.Rand, out *result) (*crowd, error) {
	project, err := c.project(ctx, fmt.Sprintf("Round %d", n+1))
	if err != nil {
		return nil, err
	}
	w := newCrowd(ctx, c, project, fmt.Sprintf("r%d", n+1), clients, b.seed*1000+uint64(n))
	defer w.stop()
	time.Sleep(time.Duration(300+random.IntN(1500)) * time.Millisecond)
	at := time.Now()
	if what != "program" {
		b.pg.kill()
	}
	if what != "database" {
		h.kill()
	}
	out.Times++
	if what != "program" {
		if err := b.pg.start(ctx); err != nil {
			return nil, err
		}
	}
	if what != "database" {
		w.pause()
		if err := h.start(); err != nil {
			return nil, err
		}
	}
	if _, err := c.good(ctx, "/evidence/"+project, time.Minute); err != nil {
		return nil, err
	}
	out.recovered(time.Since(at))
	w.pause()
	sums := map[string]string{}
	things, err := c.there(ctx, project, sums)
	if err != nil {
		return nil, err
	}
	out.add(judge(w.entries(), things))
	if err := h.check(ctx, out); err != nil {
		return nil, err
	}
	w.finish()
	if err := w.trouble(); err != nil {
		out.unclear("after a kill a client got %v", err)
	}
	if things, err = c.there(ctx, project, sums); err != nil {
		return nil, err
	}
	v := judge(w.entries(), things)
	out.Acknowledged += v.acknowledged
	out.add(v)
	return w, nil
}
