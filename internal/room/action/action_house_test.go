package action_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/room/action"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/tie"
	"plait/internal/spine/who"
	"plait/test/house"
)

var kit house.Kit

const day = 24 * time.Hour

// finding puts a shared finding into a project and gives its ref.
func finding(h *house.House, project string) ref.Ref {
	h.T.Helper()
	at := ref.Of("finding", h.IDs.New())
	h.Write(func(tx *db.Tx) error {
		return ref.Put(tx, ref.Record{Programme: h.Programme, ID: at.ID, Kind: at.Kind, Project: project, Title: "Chairs are low", State: "shared",
			Until: ref.NoEnd, Version: 1, ChangedAt: h.Clock.Now()})
	})
	return at
}

func recommend(h *house.House, ctx context.Context, findings ...ref.Ref) action.RecommendOut {
	h.T.Helper()
	return h.Do(ctx, "action.recommend", action.RecommendIn{Project: h.Project, Words: action.Words{Title: "Lend chairs", Text: "Lend raised chairs.",
		Plainly: "People can borrow a chair.", Options: []string{"One shop", "Two shops", " "}}, Findings: findings}).(action.RecommendOut)
}

func decide(version int64, at ref.Ref) action.DecideIn {
	return action.DecideIn{Ref: at, Version: version, Decision: action.Agreed, Option: "One shop", By: "Steering group, 9 people", Dissent: "Two wanted vans"}
}

func plan(h *house.House, ctx context.Context, in action.PlanIn) action.PlanOut {
	h.T.Helper()
	if in.Project == "" && in.Recommendation.None() {
		in.Project = h.Project
	}
	return h.Do(ctx, "action.plan", in).(action.PlanOut)
}

func try() action.PlanIn {
	return action.PlanIn{Title: "Try a chair", Try: true, Know: "We ask three people", LookBack: "2026-04-01", OwnerName: "Mair", Where: "Bala"}
}

func see(h *house.House, ctx context.Context, at ref.Ref) action.SeeOut {
	h.T.Helper()
	return h.Do(ctx, "action.see", action.SeeIn{Ref: at}).(action.SeeOut)
}

// refused runs a verb and wants a fault of a kind; it gives the fault.
func refused(h *house.House, ctx context.Context, verb string, in any, kind fault.Kind) *fault.Fault {
	h.T.Helper()
	_, err := h.Try(ctx, verb, in)
	var f *fault.Fault
	if !errors.As(err, &f) || f.Kind != kind {
		h.T.Fatalf("%s: %v, want %s", verb, err, kind)
	}
	return f
}

func on(h *house.House, fields []fault.Field, name string) {
	h.T.Helper()
	for _, f := range fields {
		if f.Name == name {
			return
		}
	}
	h.T.Errorf("nothing about %s: %+v", name, fields)
}

func stale(h *house.House, at ref.Ref) (out bool) {
	h.T.Helper()
	h.Read(func(tx *db.Tx) error {
		rec, err := ref.Must(tx, h.Programme, at)
		out = rec.Stale > 0
		return err
	})
	return out
}

// TestFromFindingToTheNextTry goes all the way, on both engines.
func TestFromFindingToTheNextTry(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.ProjectLead)
		f := finding(h, h.Project)
		rec := recommend(h, ctx, f)
		h.Read(func(tx *db.Tx) error {
			ties, err := tie.To(tx, h.Programme, rec.Ref)
			if err == nil && (len(ties) != 1 || ties[0].From != f || ties[0].Stance != tie.Informs) {
				t.Errorf("stands on %+v", ties)
			}
			return err
		})
		h.Do(ctx, "action.decide", decide(1, rec.Ref))
		a := plan(h, ctx, action.PlanIn{Recommendation: rec.Ref, Title: "Buy chairs", OwnerName: "Mair", Due: "1 April 2026"})
		one := plan(h, ctx, func() action.PlanIn { p := try(); p.Recommendation = rec.Ref; return p }())
		status := action.ChangeIn{Ref: one.Ref, Version: 1, Status: action.UnderWay}
		h.Do(ctx, "action.change", status)
		h.Hand.Add(31 * day)
		looked := h.Do(ctx, "action.look-back", action.LookBackIn{Ref: one.Ref, Version: 2, Happened: "Too heavy", Verdict: action.Stop,
			NextTitle: "A lighter chair", NextLookBack: "2026-06-01"}).(action.LookBackOut)
		next := see(h, ctx, looked.Next)
		want := action.Action{Ref: looked.Next, Project: h.Project, Title: "A lighter chair", Recommendation: rec.Ref, Before: one.Ref, OwnerName: "Mair", Try: true,
			Where: "Bala", Know: "We ask three people", LookBack: "2026-06-01", Status: action.ToDo, State: action.ToDo, Version: 1, GivenAt: next.Action.GivenAt, ChangedAt: next.Action.GivenAt}
		if diff := cmp.Diff(want, *next.Action); diff != "" {
			t.Error(diff)
		}
		if len(next.StandsOn) != 1 || next.StandsOn[0].Ref != one.Ref || next.StandsOn[0].Stance != "becomes" || stale(h, looked.Next) {
			t.Errorf("the next try stands on %+v, stale %v", next.StandsOn, stale(h, looked.Next))
		}
		h.Do(ctx, "action.look-back", action.LookBackIn{Ref: looked.Next, Version: 1, Happened: "It works", Verdict: action.Keep})
		h.Do(ctx, "action.finish", action.FinishIn{Ref: looked.Next, Version: 2, Result: action.Done, InUse: "Three shops", Since: "2026-03-20"})
		h.Do(ctx, "action.finish", action.FinishIn{Ref: a.Ref, Version: 1, Result: action.NotDone, Why: "No money"})
		got := map[string]string{}
		for _, i := range h.Do(ctx, "action.list", action.ListIn{Project: h.Project}).(action.ListOut).Items {
			got[i.Title] = i.State
		}
		if diff := cmp.Diff(map[string]string{"Lend chairs": "agreed", "Buy chairs": "not done", "Try a chair": "stopped", "A lighter chair": "kept"}, got); diff != "" {
			t.Error(diff)
		}
		told := tell(h, ref.Of("recommendation", rec.Ref.ID), a.Ref, one.Ref, looked.Next)
		for at, want := range map[ref.Ref]plug.Told{
			rec.Ref:     {Says: "Lend chairs", Plainly: "People can borrow a chair.", State: "action.told_agreed", On: "2026-03-02"},
			a.Ref:       {Says: "Buy chairs", State: "action.told_not_done", On: "2026-04-02", Why: "No money"},
			one.Ref:     {Says: "Try a chair", State: "action.told_stopped", On: "2026-04-02", Why: "Too heavy"},
			looked.Next: {Says: "A lighter chair", State: "action.told_kept", On: "2026-04-02", Why: "Three shops"},
		} {
			if diff := cmp.Diff(want, told[at.ID]); diff != "" {
				t.Errorf("%s: %s", at.Kind, diff)
			}
		}
	})
}

// tell asks the kinds what they say.
func tell(h *house.House, refs ...ref.Ref) map[string]plug.Told {
	h.T.Helper()
	out := map[string]plug.Told{}
	h.Read(func(tx *db.Tx) error {
		for _, p := range h.Plugs {
			for _, k := range p.Kinds {
				for _, x := range refs {
					if k.Name != x.Kind || k.Tell == nil {
						continue
					}
					told, err := k.Tell(tx.Context(), tx, h.Programme, []string{x.ID})
					if err != nil {
						return err
					}
					for id, w := range told {
						out[id] = w
					}
				}
			}
		}
		return nil
	})
	return out
}

func TestRevisedOldBesideNew(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.Partner)
		rec := recommend(h, ctx)
		a := plan(h, ctx, action.PlanIn{Recommendation: rec.Ref, Title: "Buy"})
		h.Do(ctx, "action.decide", decide(1, rec.Ref))
		title := "Lend chairs and rails"
		h.Do(ctx, "action.revise", action.ReviseIn{Ref: rec.Ref, Version: 2, Title: &title, Findings: []ref.Ref{finding(h, h.Project)}})
		out := see(h, ctx, rec.Ref)
		if len(out.Texts) != 2 || out.Texts[0].Title != title || out.Texts[1].Title != "Lend chairs" || out.Texts[1].Version != 1 || out.State != action.Agreed {
			t.Errorf("%+v", out)
		}
		if diff := cmp.Diff([]string{"One shop", "Two shops"}, out.Recommendation.Options); diff != "" {
			t.Error(diff)
		}
		if !stale(h, a.Ref) {
			t.Error("what stands on it is not marked")
		}
		f := refused(h, ctx, "action.revise", action.ReviseIn{Ref: rec.Ref, Version: 2, Title: &title}, fault.Conflict)
		if f.Say != "action.changed_meanwhile" {
			t.Error(f.Say)
		}
		lead := h.As(who.ProjectLead)
		_, _, body := call(h, lead, "/action/"+h.Project+"/recommendation/"+rec.Ref.ID, nil)
		for _, w := range []string{"How it read before", "Lend chairs and rails", "The words were changed after the decision", "Two wanted vans"} {
			if !strings.Contains(body, w) {
				t.Errorf("the page does not say %q", w)
			}
		}
	})
}

// TestTwoDecideAtOnce: one is first; the other gets a conflict that shows the first's.
func TestTwoDecideAtOnce(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		lead, host := h.As(who.ProjectLead), h.As(who.HostLead)
		rec := recommend(h, lead)
		yes, no := decide(1, rec.Ref), decide(1, rec.Ref)
		no.Decision, no.Option, no.Why, no.By = action.NotAgreed, "", "No money", "The board"
		errs := make([]error, 2)
		var wait sync.WaitGroup
		for i, x := range []struct {
			ctx context.Context
			in  action.DecideIn
		}{{lead, yes}, {host, no}} {
			wait.Go(func() { _, errs[i] = h.Desk.RunVerb(x.ctx, h.Verbs["action.decide"], "", x.in) })
		}
		wait.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("%v and %v: one of them is first", errs[0], errs[1])
		}
		second, say, by := 1, "action.first_agreed", "Steering group, 9 people"
		if errs[1] == nil {
			second, say, by = 0, "action.first_not_agreed", "The board"
		}
		var f *fault.Fault
		if !errors.As(errs[second], &f) || f.Kind != fault.Conflict || f.Say != say || len(f.Args) < 2 || f.Args[1] != by {
			t.Fatalf("%+v", errs[second])
		}
		out := see(h, lead, rec.Ref)
		if len(out.Decisions) != 1 {
			t.Errorf("%+v", out.Decisions)
		}
		// The second looks at the first's decision and decides again: both are kept.
		again := yes
		again.Version = out.Version
		h.Do(lead, "action.decide", again)
		if n := len(see(h, lead, rec.Ref).Decisions); n != 2 {
			t.Errorf("%d decisions are kept", n)
		}
	})
}

func TestBadInput(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.ProjectLead)
		rec := recommend(h, ctx)
		one := plan(h, ctx, try())
		a := plan(h, ctx, action.PlanIn{Title: "Buy"})

		// An owner of another programme, one without an account, and one who is here.
		stranger := h.IDs.New()
		h.Write(func(tx *db.Tx) error {
			return who.Give(tx, who.Grant{Programme: foreign(h, tx), Account: stranger, Role: who.ProjectLead, Scope: ref.Of(ref.Project, h.Foreign)}, h.Clock.Now())
		})
		on(h, refused(h, ctx, "action.plan", action.PlanIn{Project: h.Project, Title: "T", Owner: stranger}, fault.Invalid).Fields, "owner")
		on(h, refused(h, ctx, "action.change", action.ChangeIn{Ref: a.Ref, Version: 1, Owner: &stranger}, fault.Invalid).Fields, "owner")

		// Days that are none.
		on(h, refused(h, ctx, "action.plan", action.PlanIn{Project: h.Project, Title: "T", Due: "31 June 2026"}, fault.Invalid).Fields, "due")
		bad := decide(1, rec.Ref)
		bad.On = "next week"
		on(h, refused(h, ctx, "action.decide", bad, fault.Invalid).Fields, "on")

		// The next try without a look-back.
		on(h, refused(h, ctx, "action.look-back", action.LookBackIn{Ref: one.Ref, Version: 1, Happened: "h", Verdict: action.Change, NextTitle: "N"}, fault.Invalid).Fields, "next_look_back")
		refused(h, ctx, "action.look-back", action.LookBackIn{Ref: a.Ref, Version: 1, Happened: "h", Verdict: action.Keep}, fault.Invalid)

		// Finished twice, looked back on twice, not done without a reason.
		on(h, refused(h, ctx, "action.finish", action.FinishIn{Ref: a.Ref, Version: 1, Result: action.NotDone}, fault.Invalid).Fields, "why")
		h.Do(ctx, "action.finish", action.FinishIn{Ref: a.Ref, Version: 1, Result: action.Done})
		if f := refused(h, ctx, "action.finish", action.FinishIn{Ref: a.Ref, Version: 2, Result: action.NotDone, Why: "w"}, fault.Conflict); f.Say != "action.ended_done" {
			t.Error(f.Say)
		}
		h.Do(ctx, "action.look-back", action.LookBackIn{Ref: one.Ref, Version: 1, Happened: "h", Verdict: action.Stop})
		refused(h, ctx, "action.look-back", action.LookBackIn{Ref: one.Ref, Version: 2, Happened: "h", Verdict: action.Keep}, fault.Conflict)
		refused(h, ctx, "action.finish", action.FinishIn{Ref: one.Ref, Version: 2, Result: action.Done}, fault.Conflict)
		due, plainly := "2026-05-01", "We bought chairs."
		refused(h, ctx, "action.change", action.ChangeIn{Ref: a.Ref, Version: 2, Due: &due}, fault.Conflict)
		h.Do(ctx, "action.change", action.ChangeIn{Ref: a.Ref, Version: 2, Plainly: &plainly})
		refused(h, ctx, "action.change", action.ChangeIn{Ref: a.Ref, Version: 2, Plainly: &plainly}, fault.Conflict)

		// A withdrawn record takes no decision, and nothing follows from it.
		h.Write(func(tx *db.Tx) error {
			_, err := ref.SetUntil(tx, h.Programme, db.List([]string{rec.Ref.ID}), 0)
			return err
		})
		refused(h, ctx, "action.decide", decide(1, rec.Ref), fault.Withdrawn)
		refused(h, ctx, "action.see", action.SeeIn{Ref: rec.Ref}, fault.Withdrawn)
		refused(h, ctx, "action.plan", action.PlanIn{Recommendation: rec.Ref, Title: "T"}, fault.Withdrawn)
		if told := tell(h, rec.Ref); len(told) != 0 {
			t.Errorf("a withdrawn record tells %+v", told)
		}

		// Of another programme, another kind, another project's site.
		refused(h, ctx, "action.plan", action.PlanIn{Project: h.Foreign, Title: "T"}, fault.Missing)
		refused(h, ctx, "action.recommend", action.RecommendIn{Project: h.Project, Words: action.Words{Title: "T"}, Findings: []ref.Ref{a.Ref}}, fault.Invalid)
		refused(h, h.AsOperator(), "action.plan", action.PlanIn{Project: h.Other, Site: h.Site, Title: "T"}, fault.Invalid)
		refused(h, ctx, "action.decide", decide(1, a.Ref), fault.Missing)
		refused(h, h.Stranger(), "action.see", action.SeeIn{Ref: a.Ref}, fault.Signin)
		refused(h, h.As(who.Member), "action.decide", decide(1, a.Ref), fault.Forbidden)
	})
}

// foreign is the programme of the house's foreign project.
func foreign(h *house.House, tx *db.Tx) string {
	h.T.Helper()
	p, ok, err := ref.ProgrammeOf(tx, h.Foreign)
	if err != nil || !ok {
		h.T.Fatal(err)
	}
	return p
}

// gaps is the signs of a kind that are there in the project: their names and numbers.
func gaps(h *house.House, ctx context.Context) map[string]int64 {
	h.T.Helper()
	out := map[string]int64{}
	if err := h.DB.Read(ctx, func(tx *db.Tx) error {
		for _, p := range h.Plugs {
			if p.Name != "action" {
				continue
			}
			for _, s := range p.Signs {
				seen, err := s.Load(tx.Context(), tx, ref.Of(ref.Project, h.Project))
				if err != nil {
					return err
				}
				if seen.N > 0 && s.Gap {
					out[strings.TrimPrefix(s.Name, "action.sign_")] = seen.N
				}
			}
		}
		return nil
	}); err != nil {
		h.T.Fatal(err)
	}
	return out
}

// TestSignsComeAndGo drives every gap in and out by verbs.
func TestSignsComeAndGo(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.ProjectLead)
		want := func(is map[string]int64) {
			t.Helper()
			if diff := cmp.Diff(is, gaps(h, ctx)); diff != "" {
				t.Error(diff)
			}
		}
		want(map[string]int64{})
		rec := recommend(h, ctx)
		want(map[string]int64{"baseless": 1})
		h.Do(ctx, "action.revise", action.ReviseIn{Ref: rec.Ref, Version: 1, Findings: []ref.Ref{finding(h, h.Project)}})
		want(map[string]int64{})
		h.Hand.Add(31 * day)
		want(map[string]int64{"undecided": 1})
		h.Do(ctx, "action.decide", decide(1, rec.Ref))
		want(map[string]int64{"idle": 1})
		a := plan(h, ctx, action.PlanIn{Recommendation: rec.Ref, Title: "Buy"})
		want(map[string]int64{"unowned": 1, "undated": 1})

		// Someone who works here, and then leaves.
		owner, due := colleague(h), "2026-04-10"
		h.Do(ctx, "action.change", action.ChangeIn{Ref: a.Ref, Version: 1, Owner: &owner, Due: &due})
		want(map[string]int64{})
		h.Write(func(tx *db.Tx) error {
			return who.Take(tx, who.Grant{Programme: h.Programme, Account: owner, Role: who.ProjectLead, Scope: ref.Of(ref.Project, h.Project)})
		})
		want(map[string]int64{"deserted": 1})
		// Another change leaves the owner who has left where they are.
		h.Do(ctx, "action.change", action.ChangeIn{Ref: a.Ref, Version: 2, Status: action.Waiting})
		name := "Mair"
		h.Do(ctx, "action.change", action.ChangeIn{Ref: a.Ref, Version: 3, OwnerName: &name})
		want(map[string]int64{})
		h.Hand.Add(10 * day)
		want(map[string]int64{"late": 1})
		h.Do(ctx, "action.finish", action.FinishIn{Ref: a.Ref, Version: 4, Result: action.Done})
		want(map[string]int64{}) // that no outcome is written down is said by the room outcome
		came(h, ctx, a.Ref)
		want(map[string]int64{})

		tried := try()
		tried.LookBack = "2026-04-13"
		one := plan(h, ctx, tried)
		want(map[string]int64{})
		h.Hand.Add(2 * day)
		want(map[string]int64{"unlooked": 1})
		h.Do(ctx, "action.look-back", action.LookBackIn{Ref: one.Ref, Version: 1, Happened: "No", Verdict: action.Stop})
		want(map[string]int64{"dead_end": 1})
		came(h, ctx, one.Ref)
		want(map[string]int64{})
	})
}

// colleague makes an account with a role in the project and gives its id.
func colleague(h *house.House) string {
	h.T.Helper()
	v := h.Verbs["account.invite"]
	in, err := v.Decode(json.NewDecoder(strings.NewReader(`{"email":"mair@example.org","name":"Mair","role":"project_lead","scope":"project:` + h.Project + `"}`)))
	if err != nil {
		h.T.Fatal(err)
	}
	text, err := json.Marshal(h.Do(h.AsOperator(), "account.invite", in))
	if err != nil {
		h.T.Fatal(err)
	}
	var out struct{ Account string }
	if err := json.Unmarshal(text, &out); err != nil {
		h.T.Fatal(err)
	}
	return out.Account
}

// came ties an outcome to an action.
func came(h *house.House, ctx context.Context, of ref.Ref) {
	h.T.Helper()
	at := ref.Of("outcome", h.IDs.New())
	if err := h.DB.Write(ctx, func(tx *db.Tx) error {
		if err := ref.Put(tx, ref.Record{Programme: h.Programme, ID: at.ID, Kind: at.Kind, Project: h.Project, Title: "It helps", Until: ref.NoEnd, Version: 1, ChangedAt: h.Clock.Now()}); err != nil {
			return err
		}
		return tie.Put(tx.Context(), tx, h.Clock.Now(), tie.Tie{ID: h.IDs.New(), From: of, To: at, Stance: tie.LeadsTo})
	}); err != nil {
		h.T.Fatal(err)
	}
}

// TestCounts holds each column to the list that its number opens.
func TestCounts(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.ProgrammeLead)
		rec := recommend(h, ctx)
		recommend(h, ctx)
		h.Do(ctx, "action.decide", decide(1, rec.Ref))
		one := plan(h, ctx, try())
		plan(h, ctx, try())
		h.Do(ctx, "action.look-back", action.LookBackIn{Ref: one.Ref, Version: 1, Happened: "Yes", Verdict: action.Keep})
		late := plan(h, ctx, action.PlanIn{Title: "Late", Due: "2026-03-01"})
		got := map[string]int64{}
		if err := h.DB.Read(ctx, func(tx *db.Tx) error {
			for _, p := range h.Plugs {
				for _, c := range p.Counts {
					if p.Name != "action" {
						continue
					}
					n, err := c.Load(tx.Context(), tx)
					if err != nil {
						return err
					}
					got[c.Place] = n[h.Project]
					_, show, _ := strings.Cut(c.Href, "show=")
					if items := h.Do(tx.Context(), "action.list", action.ListIn{Project: h.Project, Show: show}).(action.ListOut).Items; int64(len(items)) != got[c.Place] {
						t.Errorf("%s: %d, and the list has %d", c.Name, got[c.Place], len(items))
					}
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string]int64{"decided": 1, "tried": 1, "changed": 1}, got); diff != "" {
			t.Error(diff)
		}
		items := h.Do(ctx, "action.list", action.ListIn{Project: h.Project, Show: "late"}).(action.ListOut).Items
		if len(items) != 1 || items[0].Ref != late.Ref {
			t.Errorf("late: %+v", items)
		}
		// Pages follow one another without a gap.
		seen := map[ref.Ref]bool{}
		for after := ""; ; {
			out := h.Do(ctx, "action.list", action.ListIn{Project: h.Project, Limit: 2, After: after}).(action.ListOut)
			for _, i := range out.Items {
				seen[i.Ref] = true
			}
			if after = out.Next; after == "" {
				break
			}
		}
		if len(seen) != 5 {
			t.Errorf("%d records on the pages", len(seen))
		}
	})
}

// call asks for a page as somebody, or sends a form when there is one.
func call(h *house.House, ctx context.Context, address string, fields url.Values) (status int, location, body string) {
	h.T.Helper()
	handler, err := web.New(web.Options{Face: h.Face, Log: slog.New(slog.DiscardHandler), IDs: h.IDs,
		Identify: func(_ http.ResponseWriter, r *http.Request) (context.Context, error) {
			return who.With(r.Context(), h.Policy, who.From(ctx)), nil
		}}, h.Routes)
	if err != nil {
		h.T.Fatal(err)
	}
	var sent io.Reader
	method := http.MethodGet
	if fields != nil {
		method, sent = http.MethodPost, strings.NewReader(fields.Encode())
	}
	r := httptest.NewRequestWithContext(h.T.Context(), method, address, sent)
	if fields != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w.Code, w.Header().Get("Location"), w.Body.String()
}

// TestAWalkThroughThePages does the whole way by forms, without a script.
func TestAWalkThroughThePages(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.ProjectLead)
		base := "/action/" + h.Project
		look := func(address string, wants ...string) {
			t.Helper()
			status, _, body := call(h, ctx, address, nil)
			if status != http.StatusOK {
				t.Fatalf("%s: %d\n%s", address, status, body)
			}
			for _, w := range wants {
				if !strings.Contains(body, w) {
					t.Errorf("%s: no %q", address, w)
				}
			}
			for _, trouble := range page.Troubles(body) {
				t.Errorf("%s: %s", address, trouble)
			}
		}
		send := func(address string, fields url.Values) string {
			t.Helper()
			status, to, body := call(h, ctx, address, fields)
			if status != http.StatusSeeOther {
				t.Fatalf("%s: %d\n%s", address, status, body)
			}
			to, _, _ = strings.Cut(to, "#")
			return to
		}
		path := func(s string) string { p, _, _ := strings.Cut(s, "?"); return p }

		look(base, "Write a recommendation")
		look(base+"/recommend", "What should happen")
		status, _, body := call(h, ctx, base+"/recommend", url.Values{"title": {""}, "text": {"Kept words"}, "options": {"Kept way"}})
		if status != http.StatusUnprocessableEntity || !strings.Contains(body, "Kept words") || !strings.Contains(body, "Kept way") {
			t.Errorf("%d\n%s", status, body)
		}
		rec := send(base+"/recommend", url.Values{"title": {"Lend <chairs>"}, "text": {"All\n\nof it"}, "options": {"One", "Two", ""}, "key": {"k1"}})
		look(rec, "The recommendation is kept.", "Lend &lt;chairs&gt;", "No finding is tied to it yet")
		rec = path(rec)
		look(rec+"/revise", "Way 4")
		look(send(rec+"/revise", url.Values{"title": {"Lend chairs"}, "text": {"All"}, "options": {"One", "Two"}, "version": {"1"}, "key": {"k2"}}), "How it read before")
		look(rec+"/decide", "Who decided?")
		send(rec+"/decide", url.Values{"decision": {"agreed"}, "option": {"One"}, "by": {"The group"}, "on": {"1/3/2026"}, "version": {"2"}, "key": {"k3"}})
		status, _, body = call(h, ctx, rec+"/decide", url.Values{"decision": {"not agreed"}, "why": {"My reason"}, "by": {"Me"}, "version": {"2"}, "key": {"k4"}})
		if status != http.StatusConflict || !strings.Contains(body, "The group") || !strings.Contains(body, "My reason") || !strings.Contains(body, `name="version" value="3"`) {
			t.Errorf("the second who decides: %d\n%s", status, body)
		}
		at := strings.TrimPrefix(rec, base+"/recommendation/")
		look(base+"/plan?recommendation=recommendation:"+at, "It follows from: Lend chairs")
		act := send(base+"/plan", url.Values{"title": {"Buy chairs"}, "recommendation": {"recommendation:" + at}, "due": {"1 March 2026"}, "key": {"k5"}})
		look(act, "The action is kept.", "Late", "Nobody yet")
		act = path(act)
		look(act+"/change", "How far is it?")
		look(send(act+"/change", url.Values{"title": {"Buy chairs"}, "owner": {""}, "owner_name": {"Mair"}, "status": {"under way"}, "due": {"1/5/2026"}, "version": {"1"}, "key": {"k6"}}), "Under way", "Mair")
		look(act+"/finish", "How did it end?")
		status, _, body = call(h, ctx, act+"/finish", url.Values{"result": {"not done"}, "version": {"2"}, "key": {"k7"}})
		if status != http.StatusUnprocessableEntity || !strings.Contains(body, "Say why, so that others can learn from it") {
			t.Errorf("not done without a reason: %d", status)
		}
		look(send(act+"/finish", url.Values{"result": {"done"}, "in_use": {"Bala"}, "since": {"1/2/2026"}, "version": {"2"}, "key": {"k8"}}), "It was done", "Bala")
		look(act+"/change", "The same, said plainly")

		look(base+"/plan?try=yes", "What will you try?")
		one := send(base+"/plan", url.Values{"try": {"yes"}, "title": {"Try rails"}, "know": {"Ask"}, "look_back": {"1/3/2026"}, "key": {"k9"}})
		look(one, "Late", "Look back")
		one = path(one)
		look(send(one+"/change", url.Values{"title": {"Try rails"}, "owner": {""}, "owner_name": {"Mair"}, "status": {"waiting"}, "look_back": {"1/5/2026"}, "version": {"1"}, "key": {"k12"}}), "1 May 2026", "Waiting", "Mair")
		look(one+"/look-back", "What happened?", "Ask")
		next := send(one+"/look-back", url.Values{"happened": {"Loose"}, "verdict": {"change"}, "next_title": {"Try screws"}, "next_look_back": {"1/6/2026"}, "version": {"2"}, "key": {"k10"}})
		look(next, "This is the next try.", "Try screws", "Try rails")
		look(base, "Try screws", "Decided", "Over")
		for _, show := range []string{"waiting", "decided", "open", "late", "tried", "done"} {
			look(base + "?show=" + show)
		}
		send(base+"/plan", url.Values{"title": {"Ask a joiner"}, "due": {"20/3/2026"}, "key": {"k11"}})
		look("/project/"+h.Project, "Deciding, doing and trying", "Actions and look-backs")
		// Under another project's address it is not there.
		if status, _, _ := call(h, h.AsOperator(), "/action/"+h.Other+"/of/"+strings.TrimPrefix(one, base+"/of/"), nil); status != http.StatusNotFound {
			t.Errorf("another project's address: %d", status)
		}
	})
}
