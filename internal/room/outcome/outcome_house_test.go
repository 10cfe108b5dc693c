package outcome_test

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/room/outcome"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/tie"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
	"plait/test/house"
)

func TestOutcome(t *testing.T) {
	var kit house.Kit
	for name, f := range map[string]func(t *testing.T, h *house.House){
		"from recording to taking out": whole,
		"who may":                      whoMay,
		"what led to it":               cameFrom,
		"a person's own":               personal,
		"taken back":                   takenBack,
		"a person is taken out":        takenOut,
		"signs come and go":            signs,
		"counts and panel":             counts,
		"pages":                        pages,
	} {
		t.Run(name, func(t *testing.T) {
			kit.Each(t, func(t *testing.T, h *house.House) { h.T = t; f(t, h) })
		})
	}
}

// by runs a verb of another room, whose types are not known here.
func by(h *house.House, ctx context.Context, verb string, in map[string]any) map[string]any {
	h.T.Helper()
	text, err := json.Marshal(in)
	if err != nil {
		h.T.Fatal(err)
	}
	v, err := h.Verbs[verb].Decode(json.NewDecoder(bytes.NewReader(text)))
	if err != nil {
		h.T.Fatal(err)
	}
	if text, err = json.Marshal(h.Do(ctx, verb, v)); err != nil {
		h.T.Fatal(err)
	}
	out := map[string]any{}
	if err := json.Unmarshal(text, &out); err != nil {
		h.T.Fatal(err)
	}
	return out
}

// put makes a record of another room's kind.
func put(h *house.House, kind, title, state string) ref.Ref {
	h.T.Helper()
	r := ref.Record{Programme: h.Programme, ID: h.IDs.New(), Kind: kind, Project: h.Project, Title: title, State: state, Until: ref.NoEnd, Version: 1, ChangedAt: h.Clock.Now()}
	h.Write(func(tx *db.Tx) error { return ref.Put(tx, r) })
	return r.Ref()
}

func get(h *house.House, at ref.Ref) (rec ref.Record) {
	h.T.Helper()
	h.Read(func(tx *db.Tx) error {
		var err error
		rec, _, err = ref.Get(tx, h.Programme, at.ID)
		return err
	})
	return rec
}

func record(h *house.House, ctx context.Context, f outcome.Facts, from ...ref.Ref) ref.Ref {
	h.T.Helper()
	return h.Do(ctx, "outcome.record", outcome.RecordIn{Project: h.Project, Facts: f, From: from}).(outcome.RecordOut).Ref
}

// own records what changed for one person.
func own(h *house.House, ctx context.Context, person, title string) ref.Ref {
	h.T.Helper()
	return h.Do(ctx, "outcome.record", outcome.RecordIn{Project: h.Project, Person: person, Facts: outcome.Facts{Sort: "person", Title: title, Shows: "They said so"}}).(outcome.RecordOut).Ref
}

func see(h *house.House, ctx context.Context, at ref.Ref) outcome.SeeOut {
	h.T.Helper()
	return h.Do(ctx, "outcome.see", outcome.SeeIn{Ref: at}).(outcome.SeeOut)
}

func list(h *house.House, ctx context.Context, in outcome.ListIn) (titles []string, out outcome.ListOut) {
	h.T.Helper()
	in.Project = h.Project
	out = h.Do(ctx, "outcome.list", in).(outcome.ListOut)
	for _, o := range out.Outcomes {
		titles = append(titles, o.Title)
	}
	return titles, out
}

func found(h *house.House, words string) int {
	h.T.Helper()
	return len(by(h, h.AsOperator(), "search.find", map[string]any{"words": words})["hits"].([]any))
}

// refused wants a verb to fail in a way.
func refused(h *house.House, ctx context.Context, verb string, in any, kind fault.Kind) {
	h.T.Helper()
	if _, err := h.Try(ctx, verb, in); !fault.Is(err, kind) {
		h.T.Errorf("%s: %v, want %s", verb, err, kind)
	}
}

func whole(t *testing.T, h *house.House) {
	ctx := h.As(who.ProjectLead)
	facts := outcome.Facts{Sort: "policy", Title: "Night calls are in the policy", Text: "Since spring", Plainly: "Someone rings first", Shows: "We read it",
		Document: "Falls policy", Page: "12", Link: "https://example.org/p", On: "1 March 2026"}
	at := record(h, ctx, facts)
	got := see(h, ctx, at)
	facts.On, facts.Language = "2026-03-01", "en"
	want := outcome.Outcome{Ref: at, Project: h.Project, Facts: facts, State: outcome.Recorded, Version: 1, MadeAt: got.MadeAt, ChangedAt: got.MadeAt}
	if d := cmp.Diff(want, got.Outcome); d != "" {
		t.Error(d)
	}
	if rec := get(h, at); rec.Title != facts.Title || rec.Until != ref.NoEnd || rec.Person != "" {
		t.Errorf("its row: %+v", rec)
	}
	if found(h, "policy") != 1 {
		t.Error("search does not find it")
	}
	lesson := put(h, "lesson", "Ask first", "learned")
	h.Write(func(tx *db.Tx) error {
		return tie.Put(who.With(ctx, h.Policy, who.From(ctx)), tx, h.Clock.Now(), tie.Tie{ID: h.IDs.New(), From: at, To: lesson, Stance: tie.Teaches})
	})
	facts.Sort, facts.Title = "strategy", "Night calls are in the plan"
	edit := outcome.EditIn{Ref: at, Version: 1, Facts: facts}
	if out := h.Do(ctx, "outcome.edit", edit).(outcome.EditOut); out.Version != 2 {
		t.Errorf("version %d", out.Version)
	}
	if get(h, lesson).Stale == 0 {
		t.Error("what stands on it does not know that it changed")
	}
	refused(h, ctx, "outcome.edit", edit, fault.Conflict)
	var before outcome.Outcome
	h.Read(func(tx *db.Tx) error { return trail.Version(tx, h.Programme, at, 1, &before) })
	if before.Title != "Night calls are in the policy" {
		t.Errorf("the trail has %q", before.Title)
	}
	refused(h, ctx, "outcome.withdraw", outcome.WithdrawIn{Ref: at, Version: 2}, fault.Invalid)
	refused(h, ctx, "outcome.withdraw", outcome.WithdrawIn{Ref: at, Version: 1, Why: "It did not last"}, fault.Conflict)
	h.Do(ctx, "outcome.withdraw", outcome.WithdrawIn{Ref: at, Version: 2, Why: "It did not last"})
	if titles, _ := list(h, ctx, outcome.ListIn{}); titles != nil || found(h, "plan") != 0 {
		t.Errorf("taken out, still there: %v", titles)
	}
	refused(h, ctx, "outcome.see", outcome.SeeIn{Ref: at}, fault.Withdrawn)
	refused(h, ctx, "outcome.edit", outcome.EditIn{Ref: at, Version: 3, Facts: facts}, fault.Withdrawn)
}

func whoMay(t *testing.T, h *house.House) {
	lead := h.As(who.ProjectLead)
	facts := outcome.Facts{Sort: "practice", Title: "We ring first"}
	at := record(h, lead, facts)
	for _, role := range []who.Role{who.HostLead, who.HostStaff, who.Member, who.Reviewer, who.Communicator} {
		ctx := h.As(role)
		if see(h, ctx, at).Title != facts.Title {
			t.Errorf("%s sees nothing", role)
		}
		refused(h, ctx, "outcome.record", outcome.RecordIn{Project: h.Project, Facts: facts}, fault.Forbidden)
		refused(h, ctx, "outcome.edit", outcome.EditIn{Ref: at, Version: 1, Facts: facts}, fault.Forbidden)
		refused(h, ctx, "outcome.withdraw", outcome.WithdrawIn{Ref: at, Version: 1, Why: "x"}, fault.Forbidden)
	}
	for _, role := range []who.Role{who.Partner, who.Evaluator, who.ProgrammeLead} {
		record(h, h.As(role), facts)
	}
	refused(h, h.Stranger(), "outcome.see", outcome.SeeIn{Ref: at}, fault.Signin)
	refused(h, h.AsCard(h.Person()), "outcome.see", outcome.SeeIn{Ref: at}, fault.Missing)
	refused(h, h.AsAt(who.ProjectLead, ref.Of(ref.Project, h.Other)), "outcome.see", outcome.SeeIn{Ref: at}, fault.Missing)
	refused(h, lead, "outcome.record", outcome.RecordIn{Project: h.Foreign, Facts: facts}, fault.Missing)
	refused(h, h.As(who.ProgrammeLead), "outcome.record", outcome.RecordIn{Project: h.Other, Site: h.Site, Facts: facts}, fault.Invalid)
	// Someone of a site records for the site and for nothing else.
	site := h.AsAt(who.Partner, ref.Of(ref.Site, h.Site))
	refused(h, site, "outcome.record", outcome.RecordIn{Project: h.Project, Facts: facts}, fault.Forbidden)
	h.Do(site, "outcome.record", outcome.RecordIn{Project: h.Project, Site: h.Site, Facts: outcome.Facts{Sort: "skill", Title: "At the site"}})
	if titles, _ := list(h, site, outcome.ListIn{}); !slices.Equal(titles, []string{"At the site"}) {
		t.Errorf("someone of the site sees %v", titles)
	}
	// One page after the other.
	var all []string
	in := outcome.ListIn{Limit: 2}
	for range 4 {
		titles, out := list(h, lead, in)
		all = append(all, titles...)
		if in.After = out.Next; out.Next == "" {
			break
		}
	}
	if len(all) != 5 || all[0] != "At the site" {
		t.Errorf("page by page: %v", all)
	}
	if titles, out := list(h, lead, outcome.ListIn{Sort: "skill"}); len(titles) != 1 || out.Counts["practice"] != 4 {
		t.Errorf("by sort: %v, %v", titles, out.Counts)
	}
	refused(h, lead, "outcome.list", outcome.ListIn{Project: h.Project, Sort: "hope"}, fault.Invalid)
}

func cameFrom(t *testing.T, h *house.House) {
	ctx := h.As(who.Evaluator)
	action, finding := put(h, "action", "Ring first", "done"), put(h, "finding", "Calls come too late", "shared")
	at := record(h, ctx, outcome.Facts{Sort: "practice", Title: "We ring first"}, action)
	from := func() []ref.Ref { return see(h, ctx, at).From }
	if d := cmp.Diff([]ref.Ref{action}, from()); d != "" {
		t.Error(d)
	}
	edit := func(version int64, from []ref.Ref) outcome.EditIn {
		return outcome.EditIn{Ref: at, Version: version, Facts: outcome.Facts{Sort: "practice", Title: "We ring first"}, From: from}
	}
	h.Do(ctx, "outcome.edit", edit(1, nil))
	h.Do(ctx, "outcome.edit", edit(2, []ref.Ref{action, finding}))
	if len(from()) != 2 {
		t.Errorf("from %v", from())
	}
	h.Do(ctx, "outcome.edit", edit(3, []ref.Ref{finding}))
	if d := cmp.Diff([]ref.Ref{finding}, from()); d != "" {
		t.Error(d)
	}
	h.Do(ctx, "outcome.edit", edit(4, []ref.Ref{}))
	if len(from()) != 0 {
		t.Errorf("from %v", from())
	}
	gone := put(h, "action", "Gone", "done")
	h.Write(func(tx *db.Tx) error {
		rec, _, err := ref.Get(tx, h.Programme, gone.ID)
		rec.Until = 0
		if err != nil {
			return err
		}
		return ref.Put(tx, rec)
	})
	with := func(x ref.Ref) outcome.RecordIn {
		return outcome.RecordIn{Project: h.Project, Facts: outcome.Facts{Sort: "skill", Title: "x"}, From: []ref.Ref{x}}
	}
	refused(h, ctx, "outcome.record", with(gone), fault.Withdrawn)
	refused(h, ctx, "outcome.record", with(ref.Of("action", h.IDs.New())), fault.Missing)
	refused(h, ctx, "outcome.record", with(ref.Of("finding", action.ID)), fault.Missing)
	refused(h, ctx, "outcome.record", with(at), fault.Invalid)
	foreign := ref.Record{ID: h.IDs.New(), Kind: "action", Project: h.Foreign, Until: ref.NoEnd, Version: 1}
	h.Write(func(tx *db.Tx) error {
		rec, err := db.All(tx, db.Q("select programme from ref_record where id = ?", h.Foreign), db.Value[string])
		if err != nil {
			return err
		}
		foreign.Programme = rec[0]
		return ref.Put(tx, foreign)
	})
	refused(h, h.As(who.ProgrammeLead), "outcome.record", with(foreign.Ref()), fault.Missing)
}

// mine is what the context's actor sees on the card of a person.
func mine(h *house.House, ctx context.Context, person string) (titles []string) {
	h.T.Helper()
	err := h.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := room(h).Mine(tx.Context(), tx, person)
		for _, o := range all {
			titles = append(titles, o.Title)
		}
		return err
	})
	if err != nil {
		h.T.Fatal(err)
	}
	return titles
}

// consents takes records back by the room that keeps what was agreed.
type consents struct{ h *house.House }

func (c consents) Withdraw(ctx context.Context, at ref.Ref, eraseNow bool) (string, int64, error) {
	text, err := json.Marshal(map[string]any{"ref": at, "erase_now": eraseNow})
	if err != nil {
		return "", 0, err
	}
	v := c.h.Verbs["consent.withdraw"]
	in, err := v.Decode(json.NewDecoder(bytes.NewReader(text)))
	if err != nil {
		return "", 0, err
	}
	got, err := v.Do(ctx, in)
	if err != nil {
		return "", 0, err
	}
	if text, err = json.Marshal(got); err != nil {
		return "", 0, err
	}
	var out struct {
		Act       string `json:"act"`
		UndoUntil int64  `json:"undo_until"`
	}
	err = json.Unmarshal(text, &out)
	return out.Act, out.UndoUntil, err
}

// room is a second door to the same database, for what is no verb.
func room(h *house.House) *outcome.Room {
	r := outcome.New(plug.Needs{DB: h.DB, Clock: h.Clock, IDs: h.IDs, Desk: h.Desk, Face: h.Face}, nil, nil)
	r.SetConsents(consents{h})
	return r
}

func plugOf(h *house.House) plug.Plug {
	i := slices.IndexFunc(h.Plugs, func(p plug.Plug) bool { return p.Name == "outcome" })
	return h.Plugs[i]
}

func personal(t *testing.T, h *house.House) {
	lead, sam, kim := h.As(who.ProjectLead), h.Person(), h.Person()
	at := own(h, lead, "person:"+sam, "I zglorp walk to the shop again")
	open := record(h, lead, outcome.Facts{Sort: "skill", Title: "Staff ring first"})
	if at.Kind != outcome.KindPersonal || get(h, at).Person != sam {
		t.Fatalf("it is a %s of %q", at.Kind, get(h, at).Person)
	}
	for _, role := range []who.Role{who.ProjectLead, who.Partner, who.Evaluator, who.ProgrammeLead} {
		ctx := h.As(role)
		if titles, _ := list(h, ctx, outcome.ListIn{}); len(titles) != 2 || see(h, ctx, at).Person != sam {
			t.Errorf("%s sees %v", role, titles)
		}
		// Under the name of the other kind it is as much a person's own.
		see(h, ctx, ref.Of(outcome.Kind, at.ID))
	}
	for _, role := range []who.Role{who.HostLead, who.HostStaff, who.Member, who.Communicator, who.Reviewer, who.Administrator} {
		ctx := h.As(role)
		if titles, out := list(h, ctx, outcome.ListIn{}); len(titles) != 1 || out.Counts["person"] != 0 {
			t.Errorf("%s sees %v %v", role, titles, out.Counts)
		}
		for _, x := range []ref.Ref{at, ref.Of(outcome.Kind, at.ID)} {
			if _, err := h.Try(ctx, "outcome.see", outcome.SeeIn{Ref: x}); !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.Missing) {
				t.Errorf("%s may see it: %v", role, err)
			}
		}
	}
	if found(h, "zglorp") != 0 {
		t.Error("search finds a person's own")
	}
	told, err := tell(h, at, open)
	if err != nil || len(told) != 1 || told[open.ID].Says != "Staff ring first" {
		t.Errorf("told: %v %v", told, err)
	}
	if d := cmp.Diff([]string{"I zglorp walk to the shop again"}, mine(h, h.AsCard(sam), sam)); d != "" {
		t.Error(d)
	}
	if got := mine(h, h.AsCard(kim), sam); got != nil {
		t.Errorf("another card shows %v", got)
	}
	if got := mine(h, h.As(who.HostLead), sam); got != nil {
		t.Errorf("the host is shown %v", got)
	}
	facts := outcome.Facts{Sort: "person", Title: "x"}
	refused(h, lead, "outcome.record", outcome.RecordIn{Project: h.Project, Facts: facts}, fault.Invalid)
	refused(h, lead, "outcome.record", outcome.RecordIn{Project: h.Project, Facts: facts, Person: h.IDs.New()}, fault.Missing)
	refused(h, lead, "outcome.record", outcome.RecordIn{Project: h.Project, Facts: facts, Person: open.ID}, fault.Missing)
	refused(h, h.AsAt(who.ProjectLead, ref.Of(ref.Project, h.Other)), "outcome.record", outcome.RecordIn{Project: h.Other, Facts: facts, Person: sam}, fault.Missing)
	refused(h, lead, "outcome.edit", outcome.EditIn{Ref: at, Version: 1, Facts: outcome.Facts{Sort: "skill", Title: "x"}}, fault.Invalid)
	h.Do(lead, "outcome.edit", outcome.EditIn{Ref: at, Version: 1, Facts: outcome.Facts{Sort: "person", Title: "I walk further"}})
	if d := cmp.Diff([]string{"I walk further"}, mine(h, h.AsCard(sam), sam)); d != "" {
		t.Error(d)
	}
	// What the team calls wrong about a person is not kept.
	h.Do(lead, "outcome.withdraw", outcome.WithdrawIn{Ref: at, Version: 2, Why: "It was somebody else"})
	if rec := get(h, at); rec.Title != "" || rec.Person != "" || rec.Until != 0 || bodies(h, at) != 0 || left(h, "walk") != 0 || left(h, "somebody") != 0 {
		t.Errorf("words are left: %+v", rec)
	}
}

func tell(h *house.House, refs ...ref.Ref) (out map[string]plug.Told, err error) {
	h.T.Helper()
	ids := make([]string, len(refs))
	for i, x := range refs {
		ids[i] = x.ID
	}
	for _, k := range plugOf(h).Kinds {
		if k.Name == outcome.KindPersonal && k.Tell != nil {
			h.T.Error("a person's own is told to others")
		}
		if k.Tell != nil {
			h.Read(func(tx *db.Tx) error { out, err = k.Tell(h.AsOperator(), tx, h.Programme, ids); return nil })
		}
	}
	return out, err
}

// bodies counts what the trail still holds of a record's words.
func bodies(h *house.House, at ref.Ref) (n int64) {
	h.T.Helper()
	h.Read(func(tx *db.Tx) (err error) {
		n, err = db.Count(tx, db.Q("select count(*) from trail_entry e join trail_body b on b.programme = e.programme and b.id = e.id where e.ref = ? and b.body <> 'null'", at.ID))
		return err
	})
	return n
}

// left counts the rows of the room that hold a word.
func left(h *house.House, word string) (n int) {
	h.T.Helper()
	h.Read(func(tx *db.Tx) error {
		all, err := db.All(tx, db.Q("select title || words || plainly || shows || document || why from outcome_outcome"), db.Value[string])
		for _, s := range all {
			if strings.Contains(s, word) {
				n++
			}
		}
		return err
	})
	return n
}

func takenBack(t *testing.T, h *house.House) {
	lead, sam := h.As(who.ProjectLead), h.Person()
	one, two, three := own(h, lead, sam, "One zglorp"), own(h, lead, sam, "Two zglorp"), own(h, lead, sam, "Three zglorp")
	r, card := room(h), h.AsCard(sam)
	if _, err := r.TakeBack(h.AsCard(h.Person()), outcome.TakeBackIn{Ref: one}); !fault.Is(err, fault.Missing) {
		t.Errorf("another card takes it back: %v", err)
	}
	if _, err := r.TakeBack(lead, outcome.TakeBackIn{Ref: one}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("the team takes it back on no card: %v", err)
	}
	stand := put(h, "lesson", "It helps", "learned")
	h.Write(func(tx *db.Tx) error {
		return tie.Put(h.AsOperator(), tx, h.Clock.Now(), tie.Tie{ID: h.IDs.New(), From: one, To: stand, Stance: tie.Teaches})
	})
	out, err := r.TakeBack(card, outcome.TakeBackIn{Ref: one})
	if err != nil || out.Act == "" || out.UndoUntil == 0 {
		t.Fatalf("%+v %v", out, err)
	}
	if len(mine(h, card, sam)) != 2 || len(mine(h, lead, sam)) != 2 || get(h, stand).Stale == 0 {
		t.Errorf("taken back: %v", mine(h, card, sam))
	}
	refused(h, lead, "outcome.see", outcome.SeeIn{Ref: one}, fault.Withdrawn)
	by(h, card, "consent.restore", map[string]any{"ref": one})
	if len(mine(h, card, sam)) != 3 || found(h, "zglorp") != 0 {
		t.Error("it is not back, or search finds it")
	}
	// At once and for good.
	if out, err = r.TakeBack(card, outcome.TakeBackIn{Ref: two, EraseNow: true}); err != nil || out.UndoUntil != 0 {
		t.Fatalf("%+v %v", out, err)
	}
	if rec := get(h, two); left(h, "Two") != 0 || bodies(h, two) != 0 || rec.Title != "" || rec.Person != "" {
		t.Errorf("erased, and words are left: %+v", rec)
	}
	// Everything of the person goes with their words, and is erased after 30 days.
	by(h, card, "consent.withdraw-all", map[string]any{"person": ref.Of(ref.Person, sam)})
	if got := mine(h, card, sam); got != nil {
		t.Errorf("all taken back, and the card shows %v", got)
	}
	h.Hand.Add(31 * 24 * time.Hour)
	for _, p := range h.Plugs {
		for _, j := range p.Jobs {
			if j.Name == "consent.erase" {
				if err := j.Do(who.With(t.Context(), h.Policy, who.Actor{}), jobOf()); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if left(h, "zglorp") != 0 || bodies(h, one)+bodies(h, three) != 0 {
		t.Error("after 30 days words are left")
	}
}
