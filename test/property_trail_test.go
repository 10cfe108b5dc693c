package test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plait/internal/kit/db"
	"plait/internal/room/consent"
	"plait/internal/room/evidence"
	"plait/internal/room/keeper"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
	"plait/test/house"
)

// TestPropertyTampering changes the trail behind the house's back, one thing at a time,
// and holds that the check names it, and says nothing before and after.
func TestPropertyTampering(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		ctx := h.As(who.ProjectLead)
		for range 6 {
			h.Do(ctx, "evidence.give", evidence.GiveIn{Project: h.Project, Words: "The rail on the stairs is loose."})
		}
		h.Write(func(tx *db.Tx) error { _, err := trail.Chain(tx, h.Programme, 1000); return err })
		links := int64(0)
		broken := func() []string {
			out := h.Do(h.AsOperator(), "keeper.check", keeper.CheckIn{}).(keeper.CheckOut)
			links = out.Proof.Entries
			return out.Broken
		}
		if got := broken(); len(got) > 0 || links < 6 {
			t.Fatalf("before anything was changed: %d links, %q", links, got)
		}
		entry := ""
		h.Read(func(tx *db.Tx) (err error) {
			entry, _, err = db.One(tx, db.Q("select entry from trail_link where programme = ? and seq = 3", h.Programme), db.Value[string])
			return err
		})
		for _, c := range []struct {
			name, do, undo string // undo gets back what was there before: its args are the row's
			want           string
		}{
			{"a character of a body", "update trail_body set body = replace(body, 'r', 'R') where programme = $1 and id = $2", "update trail_body set body = replace(body, 'R', 'r') where programme = $1 and id = $2", "the words of link 3 "},
			{"a salt", "update trail_body set salt = salt || '0' where programme = $1 and id = $2", "update trail_body set salt = substr(salt, 1, length(salt) - 1) where programme = $1 and id = $2", "the words of link 3 "},
			{"an actor", "update trail_entry set actor = actor || 'x' where programme = $1 and id = $2", "update trail_entry set actor = substr(actor, 1, length(actor) - 1) where programme = $1 and id = $2", "link 3 "},
			{"an instant", "update trail_entry set at = at + 1 where programme = $1 and id = $2", "update trail_entry set at = at - 1 where programme = $1 and id = $2", "link 3 "},
			{"a verb", "update trail_entry set verb = verb || 'x' where programme = $1 and id = $2", "update trail_entry set verb = substr(verb, 1, length(verb) - 1) where programme = $1 and id = $2", "link 3 "},
			{"a version", "update trail_entry set version = version + 1 where programme = $1 and id = $2", "update trail_entry set version = version - 1 where programme = $1 and id = $2", "link 3 "},
			{"a record", "update trail_entry set ref_kind = ref_kind || 'x' where programme = $1 and id = $2", "update trail_entry set ref_kind = substr(ref_kind, 1, length(ref_kind) - 1) where programme = $1 and id = $2", "link 3 "},
			{"a link", "update trail_link set chain = chain || '0' where programme = $1 and entry = $2", "update trail_link set chain = substr(chain, 1, length(chain) - 1) where programme = $1 and entry = $2", "link 3 "},
			{"a missing link", "update trail_link set seq = seq + 1000, programme = programme || 'x' where programme = $1 and entry = $2", "update trail_link set seq = seq - 1000, programme = substr(programme, 1, length(programme) - 1) where programme = $1 || 'x' and entry = $2", "number 3 is missing"},
			{"a missing entry", "update trail_entry set id = id || 'x' where programme = $1 and id = $2", "update trail_entry set id = substr(id, 1, length(id) - 1) where programme = $1 and id = $2 || 'x'", "link 3 "},
		} {
			run := func(text string) {
				res, err := h.DB.Pool().ExecContext(t.Context(), text, h.Programme, entry)
				if err != nil {
					t.Fatalf("%s: %v", c.name, err)
				}
				if n, _ := res.RowsAffected(); n != 1 {
					t.Fatalf("%s: %d rows were changed", c.name, n)
				}
			}
			run(c.do)
			got := broken()
			if len(got) == 0 || !strings.Contains(got[0], c.want) {
				t.Errorf("%s was changed, found: %q", c.name, got)
			}
			// Only the link that was changed is named, and what follows from it: not the whole chain.
			if len(got) > 3 {
				t.Errorf("%s was changed, and %d things are named: %q", c.name, len(got), got)
			}
			run(c.undo)
			if got := broken(); len(got) > 0 {
				t.Fatalf("%s was put back, still: %q", c.name, got)
			}
		}
	})
}

// TestPropertyErasedLeavesTheFile holds that erased words are not in the bytes of the
// database file either, once its log has been folded in.
func TestPropertyErasedLeavesTheFile(t *testing.T) {
	var kit house.Kit
	h := kit.SQLite(t)
	ctx := h.As(who.ProjectLead)
	const secret = "zanzibarquince"
	at := h.Do(ctx, "evidence.give", evidence.GiveIn{Project: h.Project, Words: "She hid the key under the " + secret + "."}).(evidence.GiveOut).Ref
	h.Do(ctx, "evidence.edit", evidence.EditIn{Ref: at, Version: 1, Words: "She hid the key by the " + secret + " tree."})
	in := func() bool {
		if _, err := h.DB.Pool().ExecContext(t.Context(), "pragma wal_checkpoint(truncate)"); err != nil {
			t.Fatal(err)
		}
		files, err := filepath.Glob(filepath.Join(h.Dir, "plait.db*"))
		if err != nil || len(files) == 0 {
			t.Fatal(files, err)
		}
		found := false
		for _, f := range files {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			found = found || strings.Contains(string(b), secret)
		}
		return found
	}
	if !in() {
		t.Fatal("the words are not in the file to begin with: this test looks in the wrong place")
	}
	h.Do(ctx, "consent.withdraw", consent.WithdrawIn{Ref: at, EraseNow: true})
	if in() {
		t.Error("the words are still in the database file")
	}
}

// TestPropertySentTwiceAtOnce sends one form from many browsers' hands at the same moment.
func TestPropertySentTwiceAtOnce(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		for name, send := range map[string]func(ctx context.Context, key string, in evidence.GiveIn) (any, error){
			"a page's form": func(ctx context.Context, key string, in evidence.GiveIn) (any, error) {
				return house.Run(h, ctx, "evidence.give", key, func(ctx context.Context, in evidence.GiveIn) (evidence.GiveOut, error) {
					out, err := h.Verbs["evidence.give"].Do(ctx, in)
					if err != nil {
						return evidence.GiveOut{}, err
					}
					return out.(evidence.GiveOut), nil
				}, in)
			},
			"the API": func(ctx context.Context, key string, in evidence.GiveIn) (any, error) {
				return h.Desk.RunVerb(ctx, h.Verbs["evidence.give"], key, in)
			},
		} {
			ctx := h.As(who.ProjectLead)
			in := evidence.GiveIn{Project: h.Project, Words: "Sent from " + name}
			const hands = 8
			answers, faults := make([]any, hands), make([]error, hands)
			var all sync.WaitGroup
			for i := range hands {
				all.Go(func() { answers[i], faults[i] = send(ctx, "one-form "+name, in) })
			}
			all.Wait()
			for i := range hands {
				if faults[i] != nil {
					t.Errorf("%s: %v", name, faults[i])
					continue
				}
				if diff := cmp.Diff(answers[0], answers[i]); diff != "" {
					t.Errorf("%s: two answers: %s", name, diff)
				}
			}
			h.Read(func(tx *db.Tx) error {
				n, err := db.Count(tx, db.Q("select count(*) from ref_record where programme = ? and title = ?", h.Programme, in.Words))
				if n != 1 {
					t.Errorf("%s: %d records", name, n)
				}
				return err
			})
		}
		// Eight people at once change one text: one wins, nobody's words are lost unsaid.
		ctx := h.As(who.ProjectLead)
		at := h.Do(ctx, "evidence.give", evidence.GiveIn{Project: h.Project, Words: "First words"}).(evidence.GiveOut).Ref
		var won, lost int
		var mu sync.Mutex
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				_, err := h.Desk.RunVerb(ctx, h.Verbs["evidence.edit"], "", evidence.EditIn{Ref: at, Version: 1, Words: "Second words"})
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					won++
				} else {
					lost++
				}
			})
		}
		all.Wait()
		if won != 1 || lost != 7 {
			t.Errorf("%d edits of version 1 won, %d were refused", won, lost)
		}
		h.Read(func(tx *db.Tx) error {
			rec, _, err := ref.Get(tx, h.Programme, at.ID)
			if rec.Version != 2 {
				t.Errorf("version %d", rec.Version)
			}
			return err
		})
	})
}
