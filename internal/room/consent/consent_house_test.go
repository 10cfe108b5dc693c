package consent_test

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/job"
	"plait/internal/room/consent"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
	"plait/internal/spine/tie"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
	"plait/test/house"
)

var kit house.Kit

const day = 24 * time.Hour

// by runs a verb of another room, whose types are not known here: JSON in, JSON out.
func by(h *house.House, ctx context.Context, verb string, in map[string]any) (map[string]any, error) {
	h.T.Helper()
	text, err := json.Marshal(in)
	if err != nil {
		h.T.Fatal(err)
	}
	v, err := h.Verbs[verb].Decode(json.NewDecoder(bytes.NewReader(text)))
	if err != nil {
		h.T.Fatal(err)
	}
	got, err := h.Try(ctx, verb, v)
	if err != nil {
		return nil, err
	}
	if text, err = json.Marshal(got); err != nil {
		h.T.Fatal(err)
	}
	out := map[string]any{}
	if err := json.Unmarshal(text, &out); err != nil {
		h.T.Fatal(err)
	}
	return out, nil
}

// must is by for what cannot go wrong.
func must(h *house.House, ctx context.Context, verb string, in map[string]any) map[string]any {
	h.T.Helper()
	out, err := by(h, ctx, verb, in)
	if err != nil {
		h.T.Fatalf("%s: %v", verb, err)
	}
	return out
}

func refOf(h *house.House, v any) ref.Ref {
	h.T.Helper()
	text, _ := v.(string)
	at, err := ref.Parse(text)
	if err != nil {
		h.T.Fatal(err)
	}
	return at
}

// said stores one contribution of a person and gives its ref.
func said(h *house.House, person, words string, uses ...terms.Use) ref.Ref {
	h.T.Helper()
	return refOf(h, must(h, h.AsOperator(), "evidence.give", map[string]any{"project": h.Project, "words": words, "strands": []string{"lived"}, "person": person,
		"uses": uses, "mode": "support", "helper": "A neighbour", "asked": "spoken", "nation": "wales"})["ref"])
}

func see(h *house.House, ctx context.Context, at ref.Ref) consent.SeeOut {
	h.T.Helper()
	return h.Do(ctx, "consent.see", consent.SeeIn{Ref: at}).(consent.SeeOut)
}

func uses(out consent.SeeOut) []terms.Use {
	got := []terms.Use{}
	for _, g := range out.Grants {
		got = append(got, g.Use)
	}
	return got
}

// readable says whether the words can be opened, listed or found in the search.
func readable(h *house.House, ctx context.Context, at ref.Ref) bool {
	h.T.Helper()
	_, err := by(h, ctx, "evidence.see", map[string]any{"ref": at})
	opened := err == nil
	if err != nil && !fault.Is(err, fault.Withdrawn) && !fault.Is(err, fault.Missing) {
		h.T.Fatal(err)
	}
	listed := false
	all, _ := must(h, ctx, "evidence.list", map[string]any{"project": h.Project})["contributions"].([]any)
	for _, c := range all {
		row, _ := c.(map[string]any)
		listed = listed || row["ref"] == at.String()
	}
	indexed := int64(0)
	h.Read(func(tx *db.Tx) (err error) {
		indexed, err = db.Count(tx, db.Q("select count(*) from search_doc where programme = ? and id = ?", h.Programme, at.ID))
		return err
	})
	if opened != listed || opened != (indexed == 1) {
		h.T.Errorf("%s: opened %v, listed %v, in the search %d", at, opened, listed, indexed)
	}
	return opened
}

func run(h *house.House, name string) {
	h.T.Helper()
	for _, d := range h.Jobs() {
		if d.Name == name {
			if err := d.Do(h.T.Context(), job.Job{Name: name}); err != nil {
				h.T.Fatal(err)
			}
			return
		}
	}
	h.T.Fatal("no job " + name)
}

func refused(t *testing.T, err error, kind fault.Kind) {
	t.Helper()
	if !fault.Is(err, kind) {
		t.Errorf("%v, want %s", err, kind)
	}
}

func TestTakeBackUndoAndErase(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		person := h.Person()
		ctx, card := h.As(who.ProjectLead), h.AsCard(person)
		at := said(h, person, "Ring first, then come.", terms.Quote)
		finding := said(h, "", "People want a call")
		h.Write(func(tx *db.Tx) error {
			return tie.Put(h.Operator(tx.Context(), h.Programme), tx, h.Clock.Now(), tie.Tie{ID: h.IDs.New(), From: at, To: finding, Stance: tie.Supports})
		})
		if !readable(h, ctx, at) || !readable(h, ctx, finding) {
			t.Fatal("what was said cannot be read")
		}
		out := h.Do(card, "consent.withdraw", consent.WithdrawIn{Ref: at}).(consent.WithdrawOut)
		if readable(h, ctx, at) || out.Act == "" {
			t.Errorf("after the take-back: readable, act %q", out.Act)
		}
		got := see(h, card, at)
		if got.State != consent.TakenBack || got.Title != "" || len(got.Grants) != 0 || got.UndoUntil != out.UndoUntil {
			t.Errorf("after the take-back: %+v", got)
		}
		h.Read(func(tx *db.Tx) error {
			rec, _, err := ref.Get(tx, h.Programme, finding.ID)
			if rec.Stale == 0 {
				t.Error("what stands on it was not marked")
			}
			return err
		})
		// A second press changes nothing; nobody can agree for someone who said no.
		if again := h.Do(ctx, "consent.withdraw", consent.WithdrawIn{Ref: at}).(consent.WithdrawOut); again != out {
			t.Errorf("a second press: %+v, want %+v", again, out)
		}
		_, err := h.Try(ctx, "consent.change", consent.ChangeIn{Ref: at, Agreement: terms.Agreement{Uses: []terms.Use{terms.Web}}})
		refused(t, err, fault.Withdrawn)
		h.Hand.Add(29 * day)
		run(h, "consent.erase")
		if n := h.Do(ctx, "consent.restore", consent.RestoreIn{Ref: at}).(consent.RestoreOut); n.Restored != 1 || !readable(h, ctx, at) {
			t.Errorf("on day 29: %+v, not readable", n)
		}
		if diff := cmp.Diff([]terms.Use{terms.Project, terms.Quote}, uses(see(h, ctx, at))); diff != "" {
			t.Error("the uses after the undo:", diff)
		}
		_, err = h.Try(ctx, "consent.restore", consent.RestoreIn{Ref: at})
		refused(t, err, fault.Conflict)
		// Taken back again, and this time the 30 days pass.
		h.Do(ctx, "consent.withdraw", consent.WithdrawIn{Ref: at, Told: "by phone"})
		h.Hand.Add(31 * day)
		_, err = h.Try(ctx, "consent.restore", consent.RestoreIn{Ref: at})
		refused(t, err, fault.Conflict)
		run(h, "consent.erase")
		gone(t, h, ctx, at)
		if !readable(h, ctx, finding) {
			t.Error("another's words went too")
		}
	})
}

// gone checks that nothing of a record's words is left anywhere.
func gone(t *testing.T, h *house.House, ctx context.Context, at ref.Ref) {
	t.Helper()
	if got := see(h, ctx, at); got.State != consent.Erased || got.Title != "" || got.UndoUntil != 0 || got.Person != "" || got.Given.Helper != "" {
		t.Errorf("after erasing: %+v", got)
	}
	if readable(h, ctx, at) {
		t.Error("after erasing it can be read")
	}
	h.Read(func(tx *db.Tx) error {
		rec, ok, err := ref.Get(tx, h.Programme, at.ID)
		if err != nil || !ok || rec.Title != "" || rec.Person != "" || rec.Until != 0 {
			t.Errorf("its row: %+v %v %v", rec, ok, err)
		}
		left, err := db.Count(tx, db.Q(`select count(*) from trail_body b join trail_entry e on e.programme = b.programme and e.id = b.id
			where e.programme = ? and e.ref = ? and b.body <> 'null'`, h.Programme, at.ID))
		if err != nil || left != 0 {
			t.Errorf("%d versions are left in the trail, %v", left, err)
		}
		words, err := db.Count(tx, db.Q(`select count(*) from evidence_contribution where programme = ? and id = ? and (words <> '' or role <> '' or source <> '')`, h.Programme, at.ID))
		if err != nil || words != 0 {
			t.Errorf("its words are left in its room, %v", err)
		}
		told, err := db.Count(tx, db.Q(`select count(*) from consent_withdrawal where programme = ? and record = ? and (told <> '' or kept <> '[]')`, h.Programme, at.ID))
		if err != nil || told != 0 {
			t.Errorf("notes are left with its take-back, %v", err)
		}
		entries, err := trail.Of(tx, h.Programme, at)
		if len(entries) == 0 || !strings.HasPrefix(entries[len(entries)-1].Verb, "consent.") {
			t.Error("the trail does not say that it was erased")
		}
		return err
	})
}

func TestEraseNow(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		person := h.Person()
		ctx, card := h.As(who.Partner), h.AsCard(person)
		at := said(h, person, "Not this, please.")
		out := h.Do(card, "consent.withdraw", consent.WithdrawIn{Ref: at, EraseNow: true}).(consent.WithdrawOut)
		if out.UndoUntil != 0 {
			t.Error("what is erased can be undone")
		}
		gone(t, h, ctx, at)
		_, err := h.Try(ctx, "consent.restore", consent.RestoreIn{Ref: at})
		refused(t, err, fault.Conflict)
		_, err = h.Try(ctx, "consent.change", consent.ChangeIn{Ref: at})
		refused(t, err, fault.Withdrawn)
		// Hidden first, then erased while it waits.
		later := said(h, person, "Nor this.")
		h.Do(card, "consent.withdraw", consent.WithdrawIn{Ref: later})
		h.Do(card, "consent.withdraw", consent.WithdrawIn{Ref: later, EraseNow: true})
		gone(t, h, ctx, later)
		_, err = h.Try(ctx, "consent.withdraw", consent.WithdrawIn{Ref: said(h, "", "x"), Use: terms.Quote, EraseNow: true})
		refused(t, err, fault.Invalid)
	})
}

func TestUseByUse(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		person := h.Person()
		ctx, card := h.As(who.ProjectLead), h.AsCard(person)
		at := said(h, person, "Ring first.", terms.Quote, terms.Web)
		h.Do(card, "consent.withdraw", consent.WithdrawIn{Ref: at, Use: terms.Quote})
		got := see(h, ctx, at)
		if diff := cmp.Diff([]terms.Use{terms.Project, terms.Web}, uses(got)); diff != "" || got.ActUse != terms.Quote || !readable(h, ctx, at) {
			t.Errorf("one use taken back: %s%+v", diff, got)
		}
		h.Do(card, "consent.restore", consent.RestoreIn{Ref: at})
		if diff := cmp.Diff([]terms.Use{terms.Project, terms.Quote, terms.Web}, uses(see(h, ctx, at))); diff != "" {
			t.Error("one use given back:", diff)
		}
		before := see(h, card, at)
		out := h.Do(card, "consent.change", consent.ChangeIn{Ref: at, Version: before.Version, Wording: consent.Wording, Language: "en", Format: "easy",
			Agreement: terms.Agreement{Uses: []terms.Use{terms.Training}, Mode: "attorney"}}).(consent.ChangeOut)
		got = see(h, ctx, at)
		if got.Version != out.Version || got.Given.Mode != "own" || got.Given.Asked != "clicked" || got.Given.Nation != "wales" || got.Given.Format != "easy" || got.Given.By != "card" {
			t.Errorf("changed on a card: %+v", got.Given)
		}
		if diff := cmp.Diff([]terms.Use{terms.Project, terms.Training}, uses(got)); diff != "" {
			t.Error(diff)
		}
		_, err := h.Try(ctx, "consent.change", consent.ChangeIn{Ref: at, Version: before.Version})
		refused(t, err, fault.Conflict)
		for name, bad := range map[string]terms.Agreement{
			"an unknown use":             {Uses: []terms.Use{"everything"}},
			"observed, yet quoted":       {Uses: []terms.Use{terms.Quote}, Mode: "observed"},
			"an attorney without a name": {Mode: "attorney"},
			"research without approval":  {Regime: "research"},
			"a day that has passed":      {Ends: "2026-01-01"},
		} {
			if _, err := h.Try(ctx, "consent.change", consent.ChangeIn{Ref: at, Agreement: bad}); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		history := h.Do(ctx, "consent.history", consent.SeeIn{Ref: at}).(consent.HistoryOut)
		if len(history.Given) != 4 || len(history.Taken) != 1 || history.Given[3].Helper != "A neighbour" {
			t.Errorf("the history: %+v", history)
		}
	})
}

func TestEverythingOfOnePerson(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		person, other := h.Person(), h.Person()
		ctx, card, lead := h.As(who.ProjectLead), h.AsCard(person), h.AsAt(who.ProjectLead, ref.Of(ref.Project, h.Other))
		first, second, theirs := said(h, person, "One", terms.Quote), said(h, person, "Two"), said(h, other, "Three")
		_, err := h.Try(lead, "consent.withdraw-all", consent.WithdrawAllIn{Person: ref.Of(ref.Person, person)})
		refused(t, err, fault.Missing)
		_, err = h.Try(h.AsCard(other), "consent.withdraw-all", consent.WithdrawAllIn{Person: ref.Of(ref.Person, person)})
		refused(t, err, fault.Missing)
		out := h.Do(card, "consent.withdraw-all", consent.WithdrawAllIn{Person: ref.Of(ref.Person, person)}).(consent.WithdrawAllOut)
		if out.Count != 2 || readable(h, ctx, first) || readable(h, ctx, second) || !readable(h, ctx, theirs) {
			t.Errorf("taken back: %+v", out)
		}
		taken := h.Do(card, "consent.taken", consent.TakenIn{Person: ref.Of(ref.Person, person)}).(consent.TakenOut)
		if taken.Live != 0 || len(taken.Taken) != 2 || taken.Taken[0].ID != out.Act {
			t.Errorf("can be undone: %+v", taken)
		}
		if n := h.Do(card, "consent.restore", consent.RestoreIn{Ref: ref.Of(ref.Person, person), Act: out.Act}).(consent.RestoreOut); n.Restored != 2 || !readable(h, ctx, first) || !readable(h, ctx, second) {
			t.Errorf("one undo: %+v", n)
		}
		h.Do(ctx, "consent.withdraw-all", consent.WithdrawAllIn{Person: ref.Of(ref.Person, person), EraseNow: true})
		gone(t, h, ctx, first)
		gone(t, h, ctx, second)
	})
}

func TestWhoMay(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		person := h.Person()
		at := said(h, person, "One", terms.Quote)
		for role, kind := range map[who.Role]fault.Kind{who.HostLead: fault.Forbidden, who.HostStaff: fault.Forbidden, who.Member: fault.Forbidden, who.Administrator: fault.Forbidden} {
			ctx := h.As(role)
			for verb, in := range map[string]any{"consent.see": consent.SeeIn{Ref: at}, "consent.change": consent.ChangeIn{Ref: at}, "consent.withdraw": consent.WithdrawIn{Ref: at}, "consent.restore": consent.RestoreIn{Ref: at}} {
				if _, err := h.Try(ctx, verb, in); !fault.Is(err, kind) {
					t.Errorf("%s as %s: %v, want %s", verb, role, err, kind)
				}
			}
		}
		for _, role := range who.Team() {
			if _, err := h.Try(h.As(role), "consent.withdraw", consent.WithdrawIn{Ref: at}); err != nil {
				t.Errorf("%s cannot take back for someone who told them: %v", role, err)
			}
			h.Do(h.As(role), "consent.restore", consent.RestoreIn{Ref: at})
		}
		for name, ctx := range map[string]context.Context{"another's card": h.AsCard(h.Person()), "another project": h.AsAt(who.ProjectLead, ref.Of(ref.Project, h.Other))} {
			if _, err := h.Try(ctx, "consent.withdraw", consent.WithdrawIn{Ref: at}); !fault.Is(err, fault.Missing) {
				t.Errorf("%s: %v, want missing", name, err)
			}
		}
		// A place is nobody's words.
		_, err := h.Try(h.AsOperator(), "consent.withdraw", consent.WithdrawIn{Ref: ref.Of(ref.Project, h.Project)})
		refused(t, err, fault.Missing)
	})
}

func TestWhatEndsIsMarkedOnce(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		ctx := h.As(who.ProjectLead)
		at := said(h, "", "For a year")
		h.Do(ctx, "consent.change", consent.ChangeIn{Ref: at, Agreement: terms.Agreement{Ends: "2026-03-10"}})
		finding := said(h, "", "Stands on it")
		h.Write(func(tx *db.Tx) error {
			return tie.Put(h.Operator(tx.Context(), h.Programme), tx, h.Clock.Now(), tie.Tie{ID: h.IDs.New(), From: at, To: finding, Stance: tie.Supports})
		})
		stale := func() (out bool) {
			h.Read(func(tx *db.Tx) error {
				rec, _, err := ref.Get(tx, h.Programme, finding.ID)
				out = rec.Stale > 0
				return err
			})
			return out
		}
		run(h, "consent.expire")
		if stale() {
			t.Error("marked before its last day has passed")
		}
		h.Hand.Set(time.Date(2026, 3, 11, 3, 0, 0, 0, time.UTC))
		run(h, "consent.expire")
		if !stale() || readable(h, ctx, at) || see(h, ctx, at).State != consent.Ended {
			t.Error("not marked after its last day")
		}
		h.Write(func(tx *db.Tx) error { return tie.Confirm(tx, h.Programme, finding) })
		h.Hand.Add(day)
		run(h, "consent.expire")
		if stale() {
			t.Error("marked a second time after someone confirmed it")
		}
		// Agreed again: it is back, also in the search.
		h.Do(ctx, "consent.change", consent.ChangeIn{Ref: at, Agreement: terms.Agreement{Ends: "2027-03-10"}})
		if !readable(h, ctx, at) {
			t.Error("agreed again, and not readable")
		}
	})
}

func TestAnUndoneBatchLeavesNoAgreement(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		ctx := h.As(who.ProjectLead)
		out := must(h, ctx, "evidence.paste", map[string]any{"project": h.Project, "pasted": "One\nTwo\nThree", "mode": "behalf", "helper": "A sister"})
		count := func(q string) (n int64) {
			h.Read(func(tx *db.Tx) (err error) { n, err = db.Count(tx, db.Q(q, h.Programme)); return err })
			return n
		}
		if n := count("select count(*) from consent_given where programme = ?"); n != 1 {
			t.Errorf("%d agreements for one batch, want 1", n)
		}
		if n := count("select count(*) from consent_about where programme = ?"); n != 3 {
			t.Errorf("it is about %d records, want 3", n)
		}
		must(h, ctx, "evidence.undo", map[string]any{"batch": out["batch"]})
		if n := count("select count(*) from consent_given where programme = ?"); n != 0 {
			t.Errorf("%d agreements are left", n)
		}
	})
}

func TestStrangersAreSentAway(t *testing.T) {
	h := kit.SQLite(t)
	at := said(h, "", "One")
	for verb, in := range map[string]any{"consent.see": consent.SeeIn{Ref: at}, "consent.history": consent.SeeIn{Ref: at}, "consent.change": consent.ChangeIn{Ref: at},
		"consent.withdraw": consent.WithdrawIn{Ref: at}, "consent.restore": consent.RestoreIn{Ref: at}, "consent.taken": consent.TakenIn{}, "consent.withdraw-all": consent.WithdrawAllIn{}} {
		_, err := h.Try(h.Stranger(), verb, in)
		if !fault.Is(err, fault.Signin) {
			t.Errorf("%s: %v", verb, err)
		}
	}
}

// Who helped is a name: for the roles that may see names, and for the person on their card.
func TestWhoHelpedIsForThoseWhoSeeNames(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		person := h.Person()
		at := said(h, person, "Ring first.")
		for name, c := range map[string]struct {
			ctx  context.Context
			want string
		}{
			"a project lead": {h.As(who.ProjectLead), "A neighbour"}, "a partner": {h.As(who.Partner), "A neighbour"}, "the person": {h.AsCard(person), "A neighbour"},
			"the operator": {h.AsOperator(), "A neighbour"}, "an evaluator": {h.As(who.Evaluator), ""}, "a reviewer": {h.As(who.Reviewer), ""}, "communications": {h.As(who.Communicator), ""},
		} {
			got := see(h, c.ctx, at)
			if got.Given.Helper != c.want || got.Given.Mode != "support" {
				t.Errorf("%s sees %q, %q", name, got.Given.Helper, got.Given.Mode)
			}
			past := h.Do(c.ctx, "consent.history", consent.SeeIn{Ref: at}).(consent.HistoryOut)
			if len(past.Given) != 1 || past.Given[0].Helper != c.want {
				t.Errorf("%s reads in the history: %+v", name, past.Given)
			}
		}
		for _, pattern := range []string{"GET /consent/{ref}", "GET /consent/{ref}/history"} {
			if _, page, _ := answer(h, h.As(who.Evaluator), pattern, at, nil); strings.Contains(page, "A neighbour") || !strings.Contains(page, "support") {
				t.Errorf("%s names who helped, or hides that someone did", pattern)
			}
		}
	})
}
