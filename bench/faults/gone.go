package main

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"plait/internal/kit/db"
)

// dbGone takes the database away while six clients write, and gives it back: PostgreSQL is
// stopped and started; SQLite's file is held by another writer for longer than anyone waits.
func dbGone(ctx context.Context, b *bench, engine string, out *result) error {
	away := 20 * time.Second
	if b.long {
		away = time.Minute
	}
	h, err := b.newHouse(ctx, "gone", engine)
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
	project, err := c.project(ctx, "Away")
	if err != nil {
		return err
	}
	w := newCrowd(ctx, c, project, "gone", clients, b.seed)
	w.slowly(20 * time.Millisecond)
	defer w.stop()
	time.Sleep(1500 * time.Millisecond)
	logged, began := h.logged(), time.Now()
	back := b.pg.back
	if engine == "postgres" {
		out.How = fmt.Sprintf("PostgreSQL stopped for %s", away)
		b.pg.stop()
	} else {
		out.How = fmt.Sprintf("the file held by another writer for %s", away)
		if back, err = hold(ctx, h.dir); err != nil {
			return err
		}
	}
	out.Times++
	b.away(ctx, c, project, engine, began.Add(away), out)
	h.quiet(logged, time.Since(began), out)
	at := time.Now()
	if err := back(ctx); err != nil {
		return err
	}
	if err := comesBack(ctx, c, project, at, out); err != nil {
		return err
	}
	w.finish()
	if err := w.trouble(); err != nil {
		out.unclear("once the database was back a client got %v", err)
	}
	things, err := c.there(ctx, project, nil)
	if err != nil {
		return err
	}
	v := judge(w.entries(), without(things, "way"))
	out.Acknowledged, out.Doubt = v.acknowledged, w.doubt+w.busy
	out.add(v)
	time.Sleep(time.Second) // readiness is asked once a second
	c.ready(ctx, true, out)
	return h.check(ctx, out)
}

// away asks for pages until the database comes back, and reads what is said.
func (b *bench) away(ctx context.Context, c *client, project, engine string, until time.Time, out *result) {
	slowest, said := time.Duration(0), ""
	for n := 0; time.Now().Before(until); n++ {
		began := time.Now()
		a := c.get(ctx, "/evidence/"+project)
		slowest = max(slowest, time.Since(began))
		switch {
		case engine == "sqlite" && !a.ok():
			out.unclear("a page that only reads: %v", a.trouble())
		case engine == "postgres" && n > 0 && !a.ok() && (a.status != http.StatusServiceUnavailable || !strings.Contains(a.words(), "cannot reach our records") || rawKey.MatchString(a.words())):
			out.unclear("a page without a database: %v", a.trouble())
		}
		write := c.verb(ctx, "evidence.give", "", map[string]any{"project": project, "words": "way while away", "strands": []string{"lived"}})
		slowest = max(slowest, time.Since(began))
		if write.ok() && time.Now().Before(until) && n > 0 {
			out.note("a write was taken while the database was away")
		}
		if !write.ok() {
			said = write.words()
			if write.status != http.StatusServiceUnavailable || said == "" || rawKey.MatchString(said) {
				out.unclear("a write while the database was away: %v", write.trouble())
			}
		}
		if n == 1 && engine == "postgres" {
			c.ready(ctx, false, out)
			if a := c.get(ctx, "/healthz"); !a.ok() {
				out.note("/healthz says %d while the database is away", a.status)
			}
		}
		time.Sleep(min(200*time.Millisecond, max(0, time.Until(until))))
	}
	out.see("slowest_answer_s", hundredths(slowest.Seconds()))
	out.see("said", said)
}

// back starts the server again.
func (p *postgres) back(ctx context.Context) error { return p.start(ctx) }

// hold opens the database beside the program and begins to write, without an end. The
// function it gives lets go.
func hold(ctx context.Context, dir string) (func(context.Context) error, error) {
	d, err := db.OpenFile(ctx, filepath.Clean(dir))
	if err != nil {
		return nil, err
	}
	conn, err := d.Pool().Conn(ctx)
	if err != nil {
		return nil, err
	}
	for began := time.Now(); ; {
		if _, err = conn.ExecContext(ctx, "begin immediate"); err == nil {
			break
		}
		if time.Since(began) > 30*time.Second {
			return nil, err
		}
	}
	return func(ctx context.Context) error {
		if _, err := conn.ExecContext(ctx, "rollback"); err != nil {
			return err
		}
		if err := conn.Close(); err != nil {
			return err
		}
		return d.Close()
	}, nil
}
