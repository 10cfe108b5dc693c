package app

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"plait/internal/kit/config"
	"plait/internal/kit/db"
	"plait/internal/spine/ref"
)

func settings(t *testing.T) config.Config {
	t.Helper()
	s, err := config.Load(config.Over(func(string) string { return "" }, map[string]string{"dir": filepath.Join(t.TempDir(), "data"), "db": "", "listen": "127.0.0.1:0"}))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestTakenBackIsGone is `plait demo --check` with fewer addresses of each page.
func TestTakenBackIsGone(t *testing.T) {
	k := &checker{dir: t.TempDir(), word: freshWord(), lead: 12, most: 2}
	if err := k.run(t.Context(), settings(t)); err != nil {
		t.Fatal(err)
	}
	if err := k.verdict(); err != nil {
		t.Errorf("%v\nstill on: %v", err, k.answer.StillOn)
	}
	if k.answer.PagesCrawled < 500 || k.answer.Readers != 14 || k.answer.Asked < 500 {
		t.Errorf("too little was read to prove anything: %+v", k.answer)
	}
	for _, must := range []string{"card /card/words", "card /card/letter/{id}", "programme_lead /search"} {
		if !contains(k.answer.SeenOn, must) {
			t.Errorf("the word was not seen on %s", must)
		}
	}
}

func contains(all []string, prefix string) bool {
	for _, x := range all {
		if strings.HasPrefix(x, prefix) {
			return true
		}
	}
	return false
}

// TestAVerdictFails is the check's own check: each way in which it must not pass.
func TestAVerdictFails(t *testing.T) {
	good := CheckAnswer{SeenBefore: leastSeen, OwingOpen: 1}
	if err := (&checker{answer: good}).verdict(); err != nil {
		t.Errorf("a good answer: %v", err)
	}
	for name, spoil := range map[string]func(*CheckAnswer){
		"still seen":       func(a *CheckAnswer) { a.Visible = 1 },
		"never seen":       func(a *CheckAnswer) { a.SeenBefore = leastSeen - 1 },
		"owed":             func(a *CheckAnswer) { a.Owing = 1 },
		"nothing owed":     func(a *CheckAnswer) { a.OwingOpen = 0 },
		"seen by the host": func(a *CheckAnswer) { a.SeenOn = []string{"card /card/words", "host_staff /finding/{id}"} },
	} {
		a := good
		spoil(&a)
		if (&checker{answer: a}).verdict() == nil {
			t.Errorf("%s passes", name)
		}
	}
}

// TestAYearOfOneSeed makes a small year twice: the same seed makes as much of everything,
// and the same words.
func TestAYearOfOneSeed(t *testing.T) {
	y := Year{Seed: 7, Projects: 2, People: 3, Contributions: 4, Findings: 5, Sources: 6, Recommended: 4, Lessons: 1}
	titles := func() (out []string, counts map[string]int64) {
		ctx := context.Background()
		h, hand, closing, err := making(ctx, settings(t), "http://127.0.0.1:1")
		if err != nil {
			t.Fatal(err)
		}
		defer closing()
		vars, err := h.makeYear(ctx, hand, y, func(string) {})
		if err != nil {
			t.Fatal(err)
		}
		counts = map[string]int64{}
		err = h.DB.Read(h.Operator(ctx, vars["programme"]), func(tx *db.Tx) error {
			all, err := ref.Tallies(tx, vars["programme"], "", hand.Now())
			for _, x := range all {
				counts[x.Kind] += x.N
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		k := &checker{house: h}
		projects, err := k.projects(h.Operator(ctx, vars["programme"]))
		if err != nil || len(projects) != y.Projects {
			t.Fatal(projects, err)
		}
		err = h.DB.Read(ctx, func(tx *db.Tx) error {
			for _, p := range projects {
				rec, _, err := ref.Get(tx, vars["programme"], p)
				if err != nil {
					return err
				}
				out = append(out, rec.Title)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return out, counts
	}
	first, n := titles()
	again, m := titles()
	if strings.Join(first, "\n") != strings.Join(again, "\n") {
		t.Errorf("the same seed made other words: %q, %q", first, again)
	}
	want := map[string]int64{"project": 2, "contribution": 24, "finding": 10, "recommendation": 8, "action": 8, "outcome": 4, "lesson": 2}
	for kind, x := range want {
		if n[kind] != x || m[kind] != x {
			t.Errorf("%d and %d of kind %s, want %d", n[kind], m[kind], kind, x)
		}
	}
}
