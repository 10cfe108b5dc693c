package test

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/job"
	"plait/internal/room/consent"
	"plait/internal/room/evidence"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
	"plait/test/house"
)

// TestPropertyHistories plays random histories of giving, pasting, editing, sorting,
// taking back, giving back, agreeing anew, waiting, erasing and undoing, and holds after
// every step that nobody reads what may not be read and that everything adds up.
func TestPropertyHistories(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		checks, steps := 18, 26
		if h.DB.Engine() == db.Postgres {
			checks = 20
		}
		bounds(t, checks, steps)
		rapid.Check(t, func(rt *rapid.T) {
			x, err := newHistory(h)
			if err != nil {
				rt.Fatal(err)
			}
			rt.Repeat(map[string]func(*rapid.T){
				"give":               x.give,
				"paste":              x.paste,
				"edit":               x.edit,
				"edit too late":      x.stale,
				"sort":               x.sort,
				"take one use back":  x.takeUse,
				"take it back":       x.takeAll,
				"take all of mine":   x.takePerson,
				"give it back":       x.restore,
				"give all back":      x.restorePerson,
				"agree anew":         x.change,
				"wait":               x.wait,
				"erase what is due":  x.eraseDue,
				"undo a batch":       x.undo,
				"one key, two texts": x.twoTexts,
				"keep the books":     x.books,
				"":                   x.check,
			})
			x.prove(rt)
		})
	})
}

func (x *history) give(rt *rapid.T) {
	list, strand := strands(rt, 0)
	a, until, uses := x.agreement(rt)
	s := &said{person: rapid.SampledFrom(append([]string{""}, x.people...)).Draw(rt, "person"), tokens: []string{x.fresh()},
		strands: []string{strand}, until: until, uses: uses}
	out, err := x.do(rt, x.team, "evidence.give", evidence.GiveIn{Project: x.project, Words: s.words(),
		Said: evidence.Said{Strands: list, Person: s.person, Role: "carer", Agreement: a}})
	want(rt, "give", err, "")
	s.ref = out.(evidence.GiveOut).Ref
	x.all = append(x.all, s)
}

func (x *history) paste(rt *rapid.T) {
	list, strand := strands(rt, 0)
	a, until, uses := x.agreement(rt)
	person := rapid.SampledFrom(append([]string{""}, x.people...)).Draw(rt, "person")
	var rows []string
	var new []*said
	for range rapid.IntRange(1, 4).Draw(rt, "rows") {
		s := &said{person: person, tokens: []string{x.fresh()}, strands: []string{strand}, until: until, uses: map[terms.Use]int64{}}
		for u, end := range uses {
			s.uses[u] = end
		}
		new, rows = append(new, s), append(rows, "- "+s.words())
	}
	out, err := x.do(rt, x.team, "evidence.paste", evidence.PasteIn{Project: x.project, Pasted: strings.Join(rows, "\n"),
		Said: evidence.Said{Strands: list, Person: person, Agreement: a}})
	want(rt, "paste", err, "")
	batch := out.(evidence.PasteOut)
	if batch.Stored != len(new) {
		rt.Fatalf("%d of %d rows were stored", batch.Stored, len(new))
	}
	listed, err := x.h.Try(x.h.Operator(x.h.T.Context(), x.programme), "evidence.list", evidence.ListIn{Project: x.project, Batch: batch.Batch, Limit: 500})
	want(rt, "list the batch", err, "")
	for _, s := range new {
		s.batch = batch.Batch
		for _, c := range listed.(evidence.ListOut).Contributions {
			if c.Words == s.words() {
				s.ref = c.Ref
			}
		}
		if s.ref.None() {
			rt.Fatalf("a pasted row is not in its batch: %q", s.words())
		}
	}
	x.all = append(x.all, new...)
}

func (x *history) edit(rt *rapid.T) {
	s := x.some(rt, func(*said) bool { return true })
	ctx := x.by(rt, s)
	list, strand := strands(rt, 0)
	if who.From(ctx).Kind == who.Card {
		strand = s.strand() // on a card the team's own notes stay
	}
	token, now := x.fresh(), x.now()
	out, err := x.do(rt, ctx, "evidence.edit", evidence.EditIn{Ref: s.ref, Version: s.version(), Words: textOf(token), Strands: list})
	switch {
	case s.state == undone:
		want(rt, "edit what was undone", err, fault.Missing)
	case !s.readable(now):
		want(rt, "edit what may not be read", err, fault.Withdrawn)
	default:
		want(rt, "edit", err, "")
		if v := out.(evidence.EditOut).Version; v != s.version()+1 {
			rt.Fatalf("edited to version %d, was %d", v, s.version())
		}
		s.tokens, s.strands = append(s.tokens, token), append(s.strands, strand)
	}
}

// stale edits a version that is no longer the last, or not yet there.
func (x *history) stale(rt *rapid.T) {
	s := x.some(rt, func(s *said) bool { return s.readable(x.now()) })
	off := rapid.SampledFrom([]int64{-2, -1, 1}).Draw(rt, "versions off")
	_, err := x.do(rt, x.by(rt, s), "evidence.edit", evidence.EditIn{Ref: s.ref, Version: s.version() + off, Words: "Words that came too late " + x.fresh()})
	want(rt, "a stale edit", err, fault.Conflict)
}

func (x *history) sort(rt *rapid.T) {
	now := x.now()
	var refs []ref.Ref
	var some []*said
	for _, s := range x.all {
		if s.state != undone && rapid.Bool().Draw(rt, "sort this") {
			refs = append(refs, s.ref)
			if s.readable(now) && s.strand() == "" {
				some = append(some, s)
			}
		}
	}
	if len(refs) == 0 {
		rt.Skip("nothing to sort")
	}
	list, strand := strands(rt, 1)
	out, err := x.do(rt, x.team, "evidence.sort", evidence.SortIn{Project: x.project, Refs: refs, Strands: list})
	want(rt, "sort", err, "")
	if got := out.(evidence.SortOut).Sorted; got != len(some) {
		rt.Fatalf("%d sorted, want %d", got, len(some))
	}
	for _, s := range some {
		s.tokens, s.strands = append(s.tokens, s.token()), append(s.strands, strand)
	}
}

func (x *history) takeUse(rt *rapid.T) {
	s := x.some(rt, func(s *said) bool { return s.state != undone })
	use := rapid.SampledFrom([]terms.Use{terms.Quote, terms.Web, terms.Group}).Draw(rt, "use")
	now := x.now()
	out, err := x.do(rt, x.by(rt, s), "consent.withdraw", consent.WithdrawIn{Ref: s.ref, Use: use})
	want(rt, "take one use back", err, "")
	end, had := s.uses[use]
	if s.state != live {
		had = false
	}
	id := out.(consent.WithdrawOut).Act
	if had != (id != "") {
		rt.Fatalf("taking back %s, held %v, answered with act %q", use, had, id)
	}
	if had {
		delete(s.uses, use)
		s.acts = append(s.acts, act{id: id, use: use, until: now + consent.UndoDays*clock.Day, uses: map[terms.Use]int64{use: end}})
		s.forget(now)
	}
}

// forget drops the other uses of what has ended: they end with the project's own.
func (s *said) forget(now int64) {
	if s.until <= now {
		s.uses = map[terms.Use]int64{}
	}
}

func (s *said) take(id string, now int64) {
	s.acts = append(s.acts, act{id: id, until: now + consent.UndoDays*clock.Day, uses: s.uses, end: s.until})
	s.state, s.uses, s.until = taken, map[terms.Use]int64{}, 0
}

func (s *said) erase() { s.state, s.acts, s.person, s.until = erased, nil, "", 0 }

func (x *history) takeAll(rt *rapid.T) {
	s := x.some(rt, func(s *said) bool { return s.state != undone })
	now := x.now()
	in := consent.WithdrawIn{Ref: s.ref, EraseNow: rapid.IntRange(0, 3).Draw(rt, "erase now") == 0}
	in.Use = rapid.SampledFrom([]terms.Use{"", terms.Project}).Draw(rt, "said as")
	out, err := x.do(rt, x.by(rt, s), "consent.withdraw", in)
	want(rt, "take it back", err, "")
	if s.state == live {
		s.take(out.(consent.WithdrawOut).Act, now)
	}
	if in.EraseNow {
		s.erase()
	}
}

func (x *history) takePerson(rt *rapid.T) {
	p := rapid.SampledFrom(x.people).Draw(rt, "person")
	ctx, now := x.team, x.now()
	if rapid.Bool().Draw(rt, "on the card") {
		ctx = x.cards[p]
	}
	in := consent.WithdrawAllIn{Person: ref.Of(ref.Person, p), EraseNow: rapid.IntRange(0, 4).Draw(rt, "erase now") == 0}
	out, err := x.do(rt, ctx, "consent.withdraw-all", in)
	want(rt, "take all back", err, "")
	for _, s := range x.all {
		if s.person != p {
			continue
		}
		if s.state == live {
			s.take(out.(consent.WithdrawAllOut).Act, now)
		}
		if in.EraseNow && s.state == taken {
			s.erase()
		}
	}
}

// last is what an undo gives back: everything before one use, else the latest.
func (s *said) last(now int64) int {
	best := -1
	for i, a := range s.acts {
		if a.until > now && (best < 0 || a.use == "" || s.acts[best].use != "") {
			best = i
		}
	}
	return best
}

func (s *said) back(i int, now int64) {
	a := s.acts[i]
	s.acts = slices.Delete(s.acts, i, i+1)
	if a.use == "" {
		s.state, s.until = live, a.end
	}
	for u, end := range a.uses {
		s.uses[u] = end
	}
	s.forget(now)
}

func (x *history) restore(rt *rapid.T) {
	s := x.some(rt, func(*said) bool { return true })
	now := x.now()
	_, err := x.do(rt, x.by(rt, s), "consent.restore", consent.RestoreIn{Ref: s.ref})
	i := s.last(now)
	switch {
	case s.state == undone:
		want(rt, "give back what was undone", err, fault.Missing)
	case i < 0, s.state == taken && s.acts[i].use != "":
		want(rt, "there is nothing to give back", err, fault.Conflict)
	default:
		want(rt, "give it back", err, "")
		s.back(i, now)
	}
}

func (x *history) restorePerson(rt *rapid.T) {
	p := rapid.SampledFrom(x.people).Draw(rt, "person")
	now := x.now()
	acts := map[string][]*said{}
	var ids []string
	for _, s := range x.all {
		for _, a := range s.acts {
			if s.person == p && s.state != undone && a.use == "" && a.until > now {
				acts[a.id] = append(acts[a.id], s)
				ids = append(ids, a.id)
			}
		}
	}
	if len(ids) == 0 {
		rt.Skip("there is nothing to give back")
	}
	sort.Strings(ids)
	id := rapid.SampledFrom(slices.Compact(ids)).Draw(rt, "which act")
	out, err := x.do(rt, x.cards[p], "consent.restore", consent.RestoreIn{Ref: ref.Of(ref.Person, p), Act: id})
	want(rt, "give all back", err, "")
	if n := out.(consent.RestoreOut).Restored; n != int64(len(acts[id])) {
		rt.Fatalf("%d came back, %d went", n, len(acts[id]))
	}
	for _, s := range acts[id] {
		s.back(slices.IndexFunc(s.acts, func(a act) bool { return a.id == id }), now)
	}
}

func (x *history) change(rt *rapid.T) {
	s := x.some(rt, func(*said) bool { return true })
	a, until, uses := x.agreement(rt)
	_, err := x.do(rt, x.by(rt, s), "consent.change", consent.ChangeIn{Ref: s.ref, Agreement: a})
	switch s.state {
	case undone:
		want(rt, "agree to what was undone", err, fault.Missing)
	case taken, erased:
		want(rt, "agree for someone who said no", err, fault.Withdrawn)
	default:
		want(rt, "agree anew", err, "")
		s.until, s.uses = until, uses
		s.acts = slices.DeleteFunc(s.acts, func(a act) bool { return a.use != "" })
	}
}

func (x *history) wait(rt *rapid.T) {
	x.h.Hand.Add(rapid.SampledFrom([]time.Duration{time.Minute, 20 * time.Hour, 4 * 24 * time.Hour, 31 * 24 * time.Hour}).Draw(rt, "for"))
	if rapid.Bool().Draw(rt, "and the night passes") {
		x.job(rt, "consent.expire")
	}
}

func (x *history) job(rt *rapid.T, name string) {
	rt.Helper()
	for _, d := range x.h.Jobs() {
		if d.Name == name {
			want(rt, name, d.Do(who.With(x.h.T.Context(), x.h.Policy, who.Actor{}), job.Job{Name: name, Try: 1}), "")
			return
		}
	}
	rt.Fatalf("there is no job %s", name)
}

func (x *history) eraseDue(rt *rapid.T) {
	now := x.now()
	x.job(rt, "consent.erase")
	for _, s := range x.all {
		if s.state == taken && slices.ContainsFunc(s.acts, func(a act) bool { return a.use == "" && a.until <= now }) {
			s.erase()
		}
	}
}

func (x *history) undo(rt *rapid.T) {
	s := x.some(rt, func(s *said) bool { return s.batch != "" })
	n := int64(0)
	for _, o := range x.all {
		if o.batch == s.batch {
			o.state = undone
			n++
		}
	}
	for range 2 { // a second time changes nothing and answers the same
		out, err := x.do(rt, x.team, "evidence.undo", evidence.UndoIn{Batch: s.batch})
		want(rt, "undo", err, "")
		if got := out.(evidence.UndoOut).Undone; got != n {
			rt.Fatalf("%d were undone, want %d", got, n)
		}
	}
}

// twoTexts sends one key with two different texts: the second is a conflict and stores nothing.
func (x *history) twoTexts(rt *rapid.T) {
	x.give(rt)
	_, err := x.h.Desk.RunVerb(x.team, x.h.Verbs["evidence.give"], fmt.Sprint("key-", x.key), evidence.GiveIn{Project: x.project, Words: "Another text " + x.fresh()})
	want(rt, "one key with another text", err, fault.Conflict)
	_, err = x.h.Desk.RunVerb(x.team, x.h.Verbs["evidence.paste"], fmt.Sprint("key-", x.key), evidence.PasteIn{Project: x.project, Pasted: "Another verb " + x.fresh()})
	want(rt, "one key with another verb", err, fault.Conflict)
}

func (x *history) books(rt *rapid.T) {
	x.write(rt, func(tx *db.Tx) error {
		if err := ref.Fold(tx, x.programme); err != nil {
			return err
		}
		_, err := trail.Chain(tx, x.programme, 7)
		return err
	})
}

func (x *history) write(rt *rapid.T, f func(tx *db.Tx) error) {
	rt.Helper()
	want(rt, "write", x.h.DB.Write(x.h.T.Context(), f), "")
}

func (x *history) read(rt *rapid.T, f func(tx *db.Tx) error) {
	rt.Helper()
	want(rt, "read", x.h.DB.Read(x.h.T.Context(), f), "")
}

// same fails with the difference between what must be and what is.
func same(rt *rapid.T, what string, must, is any) {
	rt.Helper()
	if diff := cmp.Diff(must, is); diff != "" {
		rt.Fatalf("%s (- must be, + is):\n%s", what, diff)
	}
}
