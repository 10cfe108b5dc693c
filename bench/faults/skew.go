package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// later is a migration of a program that does not exist yet. Like every release it only adds.
const later = "create table keeper_later (\n    programme text not null,\n    id text not null,\n    primary key (programme, id)\n);\n"

// newer builds the program as the next release might be: with one migration more.
func (b *bench) newer(ctx context.Context) (string, error) {
	b.building.Lock()
	defer b.building.Unlock()
	program := filepath.Join(b.dir, "plait-newer")
	if _, err := os.Stat(program); err == nil {
		return program, nil
	}
	here, err := os.Getwd()
	if err != nil {
		return "", err
	}
	sql := filepath.Join(b.dir, "later.sql")
	list, err := json.Marshal(map[string]map[string]string{"Replace": {filepath.Join(here, "internal", "room", "keeper", "sql", "299901010000_keeper_later.sql"): sql}})
	if err != nil {
		return "", err
	}
	overlay := filepath.Join(b.dir, "later.json")
	if err := os.WriteFile(sql, []byte(later), 0o644); err != nil {
		return "", err
	}
	if err := os.WriteFile(overlay, list, 0o644); err != nil {
		return "", err
	}
	return program, build(ctx, program, "-overlay", overlay, "-ldflags", "-X plait/internal/app.Version=newer")
}

// versionSkew has a newer program migrate the database under a serving one, then starts the
// older one anew, then starts it with another installation's key. Only the first may serve.
func versionSkew(ctx context.Context, b *bench, engine string, out *result) error {
	out.How = "the program built once more with one migration added"
	newer, err := b.newer(ctx)
	if err != nil {
		return err
	}
	h, err := b.newHouse(ctx, "skew", engine)
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
	project, err := c.project(ctx, "Two versions")
	if err != nil {
		return err
	}
	w := newCrowd(ctx, c, project, "skew", clients, b.seed)
	w.slowly(20 * time.Millisecond)
	defer w.stop()
	time.Sleep(time.Second)
	// The newer one migrates while the older serves and writes.
	at := time.Now()
	next := &house{program: newer, dir: h.dir, db: h.db, address: h.address}
	if s, err := next.try(ctx, "keeper", "check", "--json"); err != nil || s.code != 0 {
		return fmt.Errorf("the newer program: %d %s%s %w", s.code, s.out, s.err, err)
	}
	out.Times++
	if err := comesBack(ctx, c, project, at, out); err != nil {
		return err
	}
	time.Sleep(2 * time.Second)
	w.pause()
	if err := w.trouble(); err != nil {
		out.unclear("during the migration a client got %v", err)
	}
	if w.busy > 0 {
		out.note("%d writes were told to come again during the migration", w.busy)
	}
	if !h.alive() {
		out.unclear("the older program ended")
	}
	h.kill()
	if err := refusesSkew(ctx, h, newer, out); err != nil {
		return err
	}
	// With the newer program and the right key everything goes on.
	at = time.Now()
	if err := h.start(); err != nil {
		return err
	}
	if err := comesBack(ctx, c, project, at, out); err != nil {
		return err
	}
	w.finish()
	things, err := c.there(ctx, project, nil)
	if err != nil {
		return err
	}
	v := judge(w.entries(), without(things, "way"))
	out.Acknowledged, out.Doubt = v.acknowledged, w.doubt+w.busy
	out.add(v)
	return h.check(ctx, out)
}

// refusesSkew starts the older program on the newer database, and the newer one with
// another installation's key: neither may serve. It leaves h with the newer program and its key.
func refusesSkew(ctx context.Context, h *house, newer string, out *result) error {
	// Started again, the older one knows that it is the older one.
	out.Times++
	out.refusal("an older program on a newer database", func() (said, error) { return h.serve(ctx) }, "newer version")
	key := filepath.Join(h.dir, "plait.key")
	own, err := os.ReadFile(key)
	if err != nil {
		return err
	}
	raw := make([]byte, 32)
	if _, err := rand.Read(raw); err != nil {
		return err
	}
	if err := os.WriteFile(key, []byte(base64.StdEncoding.EncodeToString(raw)+"\n"), 0o600); err != nil {
		return err
	}
	h.program = newer
	out.Times++
	out.refusal("another installation's key", func() (said, error) { return h.serve(ctx) }, "key")
	return os.WriteFile(key, own, 0o600)
}

// serve starts the program, which should refuse, and gives what it said. One that serves is
// ended after some seconds.
func (h *house) serve(ctx context.Context) (said, error) {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	return h.try(ctx, "serve", "--listen", h.address, "--json")
}

// refusal holds what a command said against what it should: refused, in words, with what to do.
func (r *result) refusal(what string, do func() (said, error), about string) {
	s, err := do()
	text := strings.TrimSpace(s.out + s.err)
	switch {
	case err != nil:
		r.unclear("%s: %v", what, err)
	case s.code == 0 || s.code == -1:
		r.unclear("%s: was not refused", what)
	case !strings.Contains(text, about) || rawKey.MatchString(text) || strings.Contains(text, "goroutine "):
		r.unclear("%s: ended with %d and said %.300s", what, s.code, text)
	default:
		r.see(what, text[:min(len(text), 200)])
	}
}
