package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"plait/internal/kit/db"
)

// spoil is one way of spoiling what was copied out of an installation.
type spoil struct {
	name string
	do   func(path string, random *rand.Rand) error
}

// tornArchive brings archives and backups in that were cut off, altered, made by a later
// program, or made to do harm. Each has to be refused in words, and to leave nothing.
func tornArchive(ctx context.Context, b *bench, engine string, out *result) error {
	h, err := b.newHouse(ctx, "torn", engine)
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
	project, err := c.project(ctx, "Torn")
	if err != nil {
		return err
	}
	w := newCrowd(ctx, c, project, "torn", clients, b.seed)
	defer w.stop()
	time.Sleep(1500 * time.Millisecond)
	w.finish()
	if err := w.trouble(); err != nil {
		return err
	}
	h.kill()
	out.How = "files cut off and altered at random places, from a later program, with paths that escape, a zip that unpacks to 1 GiB"
	t := &tearing{b: b, h: h, engine: engine, out: out, random: rand.New(rand.NewPCG(b.seed, 3)), entries: w.entries()}
	if engine == "postgres" {
		// Migrated once, and copied for each of the files.
		db, err := b.pg.database(ctx, "torn_empty", "")
		if err != nil {
			return err
		}
		empty := &house{program: b.program, dir: filepath.Join(b.dir, "torn-empty"), db: db}
		if err := os.CopyFS(empty.dir, os.DirFS(h.dir)); err != nil {
			return err
		}
		if _, err := empty.try(ctx, "keeper", "restore", "--from", empty.dir); err != nil {
			return err
		}
	}
	at := time.Now()
	if err := t.archives(ctx); err != nil {
		return err
	}
	if err := t.backups(ctx); err != nil {
		return err
	}
	out.see("refused_in_the_midst", t.marked)
	out.see("not_needed", t.unneeded)
	out.see("all_s", hundredths(time.Since(at).Seconds()))
	return h.check(ctx, out)
}

// marked says whether an installation refuses to be served, with a reason, because
// something in it has not ended.
func (h *house) marked(ctx context.Context) bool {
	s, err := h.serve(ctx)
	return err == nil && s.code > 0 && strings.Contains(s.err+s.out, "not ended")
}

// tearing is one run of torn files.
type tearing struct {
	b        *bench
	h        *house
	engine   string
	out      *result
	random   *rand.Rand
	entries  []entry
	n        int
	unneeded int // spoilt files that the backup did without
	marked   int // refused in the midst: what is there cannot be served, and goes with the next try
}

// times is how often each random way is tried.
func (t *tearing) times() int {
	switch {
	case t.b.long:
		return 30
	case t.engine == "postgres":
		return 2
	}
	return 3
}

func (t *tearing) archives(ctx context.Context) error {
	if s, err := t.h.try(ctx, "keeper", "archive", "--help"); err != nil || s.code != 0 {
		t.out.note("plait keeper archive is not there yet")
		return err
	}
	whole := filepath.Join(t.b.dir, "torn-"+t.engine+".zip")
	if s, err := t.h.try(ctx, "keeper", "archive", "-o", whole); err != nil || s.code != 0 {
		return fmt.Errorf("an archive could not be made: %s%s %w", s.out, s.err, err)
	}
	bring := func(file string) []string { return []string{"keeper", "import", file} }
	for _, s := range append(t.random3(), archiveSpoils()...) {
		file := filepath.Join(t.b.dir, fmt.Sprintf("torn-%s-%d.zip", t.engine, t.n))
		if err := copyFile(whole, file); err != nil {
			return err
		}
		if err := s.do(file, t.random); err != nil {
			return fmt.Errorf("archive, %s: %w", s.name, err)
		}
		if err := t.refused(ctx, "archive, "+s.name, bring(file), ""); err != nil {
			return err
		}
		if err := os.Remove(file); err != nil {
			return err
		}
	}
	return t.taken(ctx, "archive", bring(whole), "")
}

func (t *tearing) backups(ctx context.Context) error {
	if s, err := t.h.try(ctx, "keeper", "backup", "--help"); err != nil || s.code != 0 {
		t.out.note("plait keeper backup is not there yet")
		return err
	}
	if s, err := t.h.try(ctx, "keeper", "backup", "--json"); err != nil || s.code != 0 {
		return fmt.Errorf("a backup could not be made: %s%s %w", s.out, s.err, err)
	}
	whole := filepath.Join(t.h.dir, "backup")
	if err := onlyLast(whole); err != nil {
		return err
	}
	key := filepath.Join(t.h.dir, "plait.key")
	bring := func(folder string) []string { return []string{"keeper", "restore", "--from", folder} }
	for _, s := range append(t.random3(), backupSpoils()...) {
		folder := filepath.Join(t.b.dir, fmt.Sprintf("torn-%s-%d-backup", t.engine, t.n))
		if err := os.CopyFS(folder, os.DirFS(whole)); err != nil {
			return err
		}
		name := s.name
		if s.name == "cut off" || s.name == "a byte altered" {
			file, err := t.some(folder)
			if err != nil {
				return err
			}
			name += " in " + kindOfFile(file)
			err = s.do(file, t.random)
			if err != nil {
				return err
			}
		} else if err := s.do(folder, t.random); err != nil {
			return fmt.Errorf("backup, %s: %w", s.name, err)
		}
		if err := t.refused(ctx, "backup, "+name, bring(folder), key); err != nil {
			return err
		}
		if err := os.RemoveAll(folder); err != nil {
			return err
		}
	}
	return t.taken(ctx, "backup", bring(whole), key)
}

// onlyLast takes all backups but the last away, so that what is spoilt is what comes back.
func onlyLast(folder string) error {
	all, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil || len(all) == 0 {
		return errors.Join(err, errors.New("there is no backup"))
	}
	slices.Sort(all)
	for _, path := range all[:len(all)-1] {
		parts, err := filepath.Glob(strings.TrimSuffix(path, ".json") + ".*")
		if err != nil {
			return err
		}
		for _, p := range parts {
			if err := os.Remove(p); err != nil {
				return err
			}
		}
	}
	return nil
}

// kindOfFile is a file's ending, or that it is a stored file.
func kindOfFile(path string) string {
	if e := filepath.Ext(path); e != "" {
		return e
	}
	return "a stored file"
}

// some is one of the larger parts of a backup.
func (t *tearing) some(folder string) (string, error) {
	var all []string
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && filepath.Ext(path) != ".lock" {
			all = append(all, path)
		}
		return err
	})
	if err != nil || len(all) == 0 {
		return "", errors.Join(err, errors.New("the backup has no files"))
	}
	slices.Sort(all)
	return all[t.random.IntN(len(all))], nil
}

// into makes an empty installation: a folder, with a key when one is needed.
func (t *tearing) into(ctx context.Context, key string) (*house, error) {
	t.n++
	to := &house{program: t.b.program, dir: filepath.Join(t.b.dir, fmt.Sprintf("torn-%s-%d", t.engine, t.n)), address: t.h.address}
	if err := os.Mkdir(to.dir, 0o700); err != nil {
		return nil, err
	}
	if key != "" {
		if err := copyFile(key, filepath.Join(to.dir, "plait.key")); err != nil {
			return nil, err
		}
	}
	if t.engine == "postgres" {
		var err error
		if to.db, err = t.b.pg.copy(ctx, fmt.Sprintf("torn_%d", t.n), "torn_empty"); err != nil {
			return nil, err
		}
	}
	return to, nil
}

func (t *tearing) gone(ctx context.Context, to *house) error {
	if to.db != "" {
		if err := t.b.pg.sql(ctx, fmt.Sprintf("drop database torn_%d with (force)", t.n)); err != nil {
			return err
		}
	}
	return os.RemoveAll(to.dir)
}

// refused brings a spoilt file in: it has to be refused, and nothing may be left of it.
func (t *tearing) refused(ctx context.Context, what string, args []string, key string) error {
	to, err := t.into(ctx, key)
	if err != nil {
		return err
	}
	t.out.Times++
	began := time.Now()
	s, err := to.try(ctx, args...)
	if err != nil {
		return err
	}
	took := time.Since(began)
	text := strings.TrimSpace(s.err + s.out)
	left, err := to.holds(ctx)
	if err != nil {
		return err
	}
	if left > 0 {
		t.marked++
	}
	t.b.tell("%s: %d in %.1f s, %d MB: %.160s", what, s.code, took.Seconds(), s.most, text)
	harmless := false
	if s.code == 0 && strings.HasPrefix(what, "backup") {
		// What was spoilt may be a file that no record of this backup needs.
		if c, err := to.try(ctx, "keeper", "check", "--json"); err == nil && c.code == 0 {
			harmless = true
			t.unneeded++
		}
	}
	switch {
	case harmless:
	case s.code == 0:
		t.out.Torn++
		t.out.note("%s: was taken (%d records)", what, left)
	case left > 0 && !to.marked(ctx):
		t.out.Torn++
		t.out.note("%s: was refused and left %d records that can be served: %.200s", what, left, text)
	case s.code < 0 || text == "" || strings.Contains(text, "goroutine ") || rawKey.MatchString(text):
		t.out.unclear("%s: ended with %d and said %.300s", what, s.code, text)
	case took > 30*time.Second || s.most > 600:
		t.out.unclear("%s: took %.0f s and %d MB", what, took.Seconds(), s.most)
	}
	for _, path := range []string{"/tmp/plait-faults-escaped.txt", filepath.Join(t.b.dir, "escaped.txt"), filepath.Join(filepath.Dir(t.b.dir), "escaped.txt")} {
		if _, err := os.Stat(path); err == nil {
			t.out.Torn++
			t.out.note("%s: wrote %s", what, path)
			_ = os.Remove(path)
		}
	}
	return t.gone(ctx, to)
}

// taken brings the whole file in, so that refusing is no habit, and looks for every
// contribution.
func (t *tearing) taken(ctx context.Context, what string, args []string, key string) error {
	to, err := t.into(ctx, key)
	if err != nil {
		return err
	}
	s, err := to.try(ctx, args...)
	if err != nil {
		return err
	}
	if s.code != 0 {
		t.out.Lost++
		t.out.note("the whole %s was refused: %.300s", what, s.err+s.out)
		return t.gone(ctx, to)
	}
	there, err := to.said(ctx)
	if err != nil {
		return err
	}
	for _, e := range t.entries {
		if e.kind == "finding" || e.there != yes || e.gone != no {
			continue
		}
		t.out.Acknowledged++
		if !slices.ContainsFunc(e.words, func(w string) bool { return there[w] == 1 }) {
			t.out.Lost++
			t.out.note("%s came back %d times by the %s", e.token, there[e.words[0]], what)
		}
	}
	return t.gone(ctx, to)
}

// open opens the database of a house; nil when there is none.
func (h *house) open(ctx context.Context) (*db.DB, error) {
	if h.db != "" {
		return db.OpenURL(ctx, h.db)
	}
	if _, err := os.Stat(filepath.Join(h.dir, "plait.db")); err != nil {
		return nil, nil
	}
	return db.OpenFile(ctx, h.dir)
}

// holds is how many records an installation has.
func (h *house) holds(ctx context.Context) (n int64, err error) {
	d, err := h.open(ctx)
	if err != nil || d == nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	err = d.Read(ctx, func(tx *db.Tx) error {
		tables, err := db.Tables(tx)
		if err != nil {
			return err
		}
		for _, t := range tables {
			if t.Name != "ref_record" && t.Name != "evidence_contribution" && t.Name != "blob_chunk" && t.Name != "trail_entry" {
				continue
			}
			more, err := db.Count(tx, db.Q("select count(*) from "+t.Name))
			if n += more; err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

// said is how often each contribution's words are there.
func (h *house) said(ctx context.Context) (out map[string]int, err error) {
	d, err := h.open(ctx)
	if err != nil || d == nil {
		return nil, errors.Join(err, errors.New("no database"))
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	out = map[string]int{}
	err = d.Read(ctx, func(tx *db.Tx) error {
		all, err := db.All(tx, db.Q("select words from evidence_contribution"), db.Value[string])
		for _, w := range all {
			out[w]++
		}
		return err
	})
	return out, err
}

func copyFile(from, to string) error {
	body, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, body, 0o600)
}
