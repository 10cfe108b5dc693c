package finding_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/room/finding"
	"plait/internal/spine/ref"
	"plait/internal/spine/tie"
	"plait/internal/spine/who"
	"plait/test/house"
)

// kit makes the houses of these tests from one template an engine.
var kit house.Kit

// other runs a verb of another room, its In given as JSON fields.
func other(h *house.House, ctx context.Context, verb string, in map[string]any) json.RawMessage {
	h.T.Helper()
	b, err := json.Marshal(in)
	if err != nil {
		h.T.Fatal(err)
	}
	v := reflect.New(h.Verbs[verb].In)
	if err := json.Unmarshal(b, v.Interface()); err != nil {
		h.T.Fatal(err)
	}
	out, err := json.Marshal(h.Do(ctx, verb, v.Elem().Interface()))
	if err != nil {
		h.T.Fatal(err)
	}
	return out
}

// said gives a contribution of the project.
func said(h *house.House, ctx context.Context, words string, strands ...string) ref.Ref {
	h.T.Helper()
	return saidAt(h, ctx, h.Project, words, nil, strands...)
}

func saidAt(h *house.House, ctx context.Context, project, words string, uses []string, strands ...string) ref.Ref {
	h.T.Helper()
	var out struct {
		Ref ref.Ref `json:"ref"`
	}
	raw := other(h, ctx, "evidence.give", map[string]any{"project": project, "words": words, "strands": strands, "uses": uses})
	if err := json.Unmarshal(raw, &out); err != nil {
		h.T.Fatal(err)
	}
	return out.Ref
}

func withdraw(h *house.House, ctx context.Context, r ref.Ref, erase bool) {
	h.T.Helper()
	other(h, ctx, "consent.withdraw", map[string]any{"ref": r.String(), "erase_now": erase})
}

func written(h *house.House, ctx context.Context, statement string) ref.Ref {
	h.T.Helper()
	return h.Do(ctx, "finding.write", finding.WriteIn{Project: h.Project, Body: finding.Body{Statement: statement}}).(finding.WriteOut).Ref
}

func picked(h *house.House, ctx context.Context, f ref.Ref, stance tie.Stance, from ...ref.Ref) {
	h.T.Helper()
	h.Do(ctx, "finding.pick", finding.PickIn{Finding: f, Contributions: from, Stance: stance})
}

func see(h *house.House, ctx context.Context, f ref.Ref) finding.SeeOut {
	h.T.Helper()
	return h.Do(ctx, "finding.see", finding.SeeIn{Ref: f}).(finding.SeeOut)
}

// refused wants a fault of a kind, about a field where one is named.
func refused(h *house.House, ctx context.Context, kind fault.Kind, field, verb string, in any) {
	h.T.Helper()
	_, err := h.Try(ctx, verb, in)
	ft := fault.Of(err)
	switch {
	case ft == nil || ft.Kind != kind:
		h.T.Errorf("%s: %v, want %s", verb, err, kind)
	case field != "" && (len(ft.Fields) == 0 || ft.Fields[0].Name != field):
		h.T.Errorf("%s: %v, want the field %s", verb, err, field)
	}
}

// fates reads the fate of contributions; it fails when the counts do not add up.
func fates(h *house.House, from ...ref.Ref) string {
	h.T.Helper()
	var out []string
	h.Read(func(tx *db.Tx) error {
		for _, x := range from {
			rec, _, err := ref.Get(tx, h.Programme, x.ID)
			if err != nil {
				return err
			}
			out = append(out, rec.Fate)
		}
		kept, err := ref.Tallies(tx, h.Programme, "", h.Clock.Now())
		if err != nil {
			return err
		}
		real, err := ref.Recount(tx, h.Programme, "", h.Clock.Now())
		if diff := cmp.Diff(real, kept); diff != "" {
			h.T.Errorf("counts (- records, + counts): %s", diff)
		}
		return err
	})
	return strings.Join(out, ", ")
}

func TestFromWordsToShared(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		lead := h.As(who.ProjectLead)
		a, b, both := said(h, lead, "Ring first, then come.", "lived"), said(h, lead, "We do ring.", "lived"), said(h, lead, "I am a carer and a nurse.", "lived", "practice")
		f := written(h, lead, "Ring before you come.")
		refused(h, lead, fault.Invalid, "sources", "finding.share", finding.ShareIn{Ref: f, Version: 1, WhyOneStrand: "x"})
		picked(h, lead, f, tie.Challenges, a)
		picked(h, lead, f, tie.Supports, b)
		refused(h, lead, fault.Invalid, "why_one_strand", "finding.share", finding.ShareIn{Ref: f, Version: 1, WhyOneStrand: "  "})
		if got := see(h, lead, f); got.State != finding.Draft || fates(h, a, b) != "owing, owing" {
			t.Fatalf("refused, and yet: %s, %s", got.State, fates(h, a, b))
		}
		// A third of two strands fills the second one.
		picked(h, lead, f, tie.Supports, both)
		v := h.Do(lead, "finding.share", finding.ShareIn{Ref: f, Version: 1}).(finding.VersionOut).Version
		got := see(h, lead, f)
		if v != 2 || got.State != finding.Shared || got.Standing.Sources != 3 || got.Standing.Challenge != 1 || len(got.Sources) != 3 {
			t.Errorf("shared: %+v", got)
		}
		if fates(h, a, b, both) != "used, used, used" {
			t.Errorf("fates: %s", fates(h, a, b, both))
		}
		// Searched by everyone who may see it, and only while it is shared.
		host := h.As(who.HostLead)
		find := func(ctx context.Context) string {
			return string(other(h, ctx, "search.find", map[string]any{"words": "before"}))
		}
		if !strings.Contains(find(host), f.String()) {
			t.Errorf("not found: %s", find(host))
		}
		// What a shared finding was shared on stays.
		refused(h, lead, fault.Conflict, "", "finding.drop", finding.DropIn{Finding: f, Contribution: both})
		h.Do(lead, "finding.drop", finding.DropIn{Finding: f, Contribution: b})
		h.Do(lead, "finding.drop", finding.DropIn{Finding: f, Contribution: b})
		if fates(h, b) != "owing" {
			t.Errorf("dropped: %s", fates(h, b))
		}
		// A stale edit is a conflict; a right one keeps it shared and the old words in its trail.
		edit := finding.EditIn{Ref: f, Version: 1, Body: finding.Body{Statement: "Always ring before you come."}}
		refused(h, lead, fault.Conflict, "", "finding.edit", edit)
		edit.Version = 2
		h.Do(lead, "finding.edit", edit)
		if got := see(h, lead, f); got.State != finding.Shared || got.Version != 3 || len(got.Before) != 1 || got.Before[0].Statement != "Ring before you come." {
			t.Errorf("edited: %+v", got.Before)
		}
		// Signed first, used now, signed again once the finding is taken back.
		h.Do(lead, "finding.fate", finding.FateIn{Contributions: []ref.Ref{a}, Fate: finding.PassedOn, Reason: "The council has it.", Plainly: "We told the council."})
		if fates(h, a) != "used" {
			t.Errorf("signed while used: %s", fates(h, a))
		}
		second := written(h, lead, "It depends who rings.")
		picked(h, lead, second, tie.Qualifies, both)
		h.Do(lead, "finding.share", finding.ShareIn{Ref: second, Version: 1, WhyOneStrand: "It is new."})
		refused(h, lead, fault.Invalid, "why", "finding.unshare", finding.StopIn{Ref: f, Version: 3})
		h.Do(lead, "finding.unshare", finding.StopIn{Ref: f, Version: 3, Why: "Look again"})
		if fates(h, a, both) != "passed on, used" {
			t.Errorf("taken back: %s", fates(h, a, both))
		}
		if strings.Contains(find(lead), f.String()) {
			t.Error("a draft is found by search")
		}
		refused(h, host, fault.Missing, "", "finding.see", finding.SeeIn{Ref: f})
		h.Do(lead, "finding.set-aside", finding.StopIn{Ref: second, Version: 2, Why: "Said better elsewhere"})
		refused(h, lead, fault.Conflict, "", "finding.share", finding.ShareIn{Ref: second, Version: 3, WhyOneStrand: "x"})
		h.Do(lead, "finding.unsign", finding.UnsignIn{Contribution: a})
		if fates(h, a, both) != "owing, owing" {
			t.Errorf("set aside, unsigned: %s", fates(h, a, both))
		}
	})
}

func TestBadPicks(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		lead, op := h.As(who.ProjectLead), h.AsOperator()
		f := written(h, lead, "Ring before you come.")
		good, gone := said(h, lead, "Ring first, then come.", "lived"), said(h, lead, "Never mind.", "lived")
		withdraw(h, lead, gone, false)
		narrow := saidAt(h, op, h.Other, "Not for you.", nil, "practice")
		wide := saidAt(h, op, h.Other, "For all of us.", []string{"programme"}, "practice")
		foreign := saidAt(h, h.Operator(t.Context(), foreignOf(h)), h.Foreign, "Far away.", []string{"programme"}, "lived")
		pick := func(stance tie.Stance, quote string, from ...ref.Ref) finding.PickIn {
			return finding.PickIn{Finding: f, Contributions: from, Stance: stance, Quote: quote}
		}
		refused(h, lead, fault.Invalid, "", "finding.pick", pick(tie.Supports, "", f))
		refused(h, lead, fault.Invalid, "contributions", "finding.pick", pick(tie.Supports, ""))
		refused(h, lead, fault.Invalid, "contributions", "finding.pick", pick(tie.Supports, "", ref.Of(ref.Project, h.Project)))
		refused(h, lead, fault.Invalid, "stance", "finding.pick", pick(tie.Becomes, "", good))
		refused(h, lead, fault.Withdrawn, "", "finding.pick", pick(tie.Supports, "", good, gone))
		refused(h, lead, fault.Missing, "", "finding.pick", pick(tie.Supports, "", good, narrow))
		refused(h, lead, fault.Missing, "", "finding.pick", pick(tie.Supports, "", foreign))
		refused(h, op, fault.Missing, "", "finding.pick", pick(tie.Supports, "", foreign))
		refused(h, op, fault.Invalid, "contributions", "finding.pick", pick(tie.Supports, "", narrow))
		refused(h, lead, fault.Invalid, "quote", "finding.pick", pick(tie.Supports, "Ring last", good))
		refused(h, op, fault.Invalid, "quote", "finding.pick", pick(tie.Supports, "Ring first", good, wide))
		many := make([]ref.Ref, finding.MaxSources)
		for i := range many {
			many[i] = ref.Of("contribution", h.IDs.New())
		}
		refused(h, lead, fault.Invalid, "contributions", "finding.pick", pick(tie.Supports, "", many...))
		if got := see(h, lead, f); got.Standing.Sources != 0 {
			t.Fatalf("something was tied: %+v", got.Standing)
		}
		// What may be used elsewhere is picked; the same one twice is one; its stance can change.
		h.Do(op, "finding.pick", pick(tie.Supports, "", wide, good, good))
		h.Do(lead, "finding.pick", pick(tie.Qualifies, "first,  then come", good))
		got := see(h, op, f)
		if got.Standing.Sources != 2 || got.Standing.Challenge != 0 || got.Sources[0].Quote+got.Sources[1].Quote != "first, then come" {
			t.Errorf("%+v", got)
		}
		// Nobody without the right, and nobody elsewhere.
		refused(h, h.As(who.HostLead), fault.Forbidden, "", "finding.pick", pick(tie.Supports, "", good))
		refused(h, h.AsAt(who.ProjectLead, ref.Of(ref.Project, h.Other)), fault.Missing, "", "finding.pick", pick(tie.Supports, "", good))
		refused(h, h.As(who.Reviewer), fault.Forbidden, "", "finding.share", finding.ShareIn{Ref: f, Version: 1})
		// A cycle does no harm: a finding that a contribution stands on is counted, not walked.
		h.Write(func(tx *db.Tx) error {
			return tie.Put(op, tx, h.Clock.Now(), tie.Tie{ID: h.IDs.New(), From: f, To: good, Stance: tie.Informs})
		})
		h.Do(lead, "finding.share", finding.ShareIn{Ref: f, Version: 1})
		if fates(h, good, wide) != "used, used" {
			t.Errorf("in a cycle: %s", fates(h, good, wide))
		}
	})
}

// foreignOf is the programme of the house's foreign project.
func foreignOf(h *house.House) (programme string) {
	h.T.Helper()
	h.Read(func(tx *db.Tx) (err error) {
		programme, _, err = ref.ProgrammeOf(tx, h.Foreign)
		return err
	})
	return programme
}

// TestAQuoteIsMasked takes words back in every way: nothing of them is shown while they
// are away, and nothing is left once they are erased.
func TestAQuoteIsMasked(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		const word = "qwertzuiop"
		lead := h.As(who.ProjectLead)
		c, d := said(h, lead, "Ring "+word+" first.", "lived"), said(h, lead, "We ring.", "practice")
		f := written(h, lead, "Ring before you come.")
		h.Do(lead, "finding.pick", finding.PickIn{Finding: f, Contributions: []ref.Ref{c}, Stance: tie.Supports, Quote: word + " first"})
		picked(h, lead, f, tie.Supports, d)
		h.Do(lead, "finding.share", finding.ShareIn{Ref: f, Version: 1})
		all := func() string {
			b, err := json.Marshal([]any{see(h, lead, f), h.Do(lead, "finding.list", finding.ListIn{Project: h.Project}), h.Do(lead, "finding.owing", finding.OwingIn{Project: h.Project})})
			if err != nil {
				t.Fatal(err)
			}
			return string(b) + string(other(h, lead, "search.find", map[string]any{"words": word}))
		}
		if n := strings.Count(all(), word); n < 2 {
			t.Fatalf("seen %d times before", n)
		}
		if host, err := json.Marshal(see(h, h.As(who.HostLead), f)); err != nil || strings.Contains(string(host), word) {
			t.Errorf("the host reads %s, %v", host, err)
		}
		withdraw(h, lead, c, false)
		got := see(h, lead, f)
		if strings.Contains(all(), word) || got.Standing.Withdrawn != 1 || got.Standing.GoneAt == 0 || got.Stale == 0 || !got.Standing.OneStrand() {
			t.Errorf("withdrawn: %s", all())
		}
		other(h, lead, "consent.restore", map[string]any{"ref": c.String()})
		if got := see(h, lead, f); !strings.Contains(all(), word) || got.Standing.Withdrawn != 0 || fates(h, c) != "used" {
			t.Errorf("restored: %+v, %s", got.Standing, fates(h, c))
		}
		// A correction of the words reaches the quote: it is shown only as long as it was said.
		other(h, lead, "evidence.edit", map[string]any{"ref": c.String(), "version": 1, "words": "Ring me first.", "strands": []string{"lived"}})
		if got := see(h, lead, f); strings.Contains(all(), word) || !got.Sources[0].Moved && !got.Sources[1].Moved {
			t.Errorf("corrected: %+v", got.Sources)
		}
		withdraw(h, lead, c, true)
		h.Read(func(tx *db.Tx) error {
			n, err := db.Count(tx, db.Q(`select count(*) from finding_pick where quote <> ''`))
			bodies, e := db.All(tx, db.Q(`select b.body from trail_body b join trail_entry e on e.programme = b.programme and e.id = b.id where e.verb in (?, ?)`,
				"finding.pick", "finding.share"), db.Value[string])
			if n != 0 || strings.Contains(strings.Join(bodies, ""), word) || len(bodies) < 3 {
				t.Errorf("%d quotes are left; the trail holds %d bodies: %s", n, len(bodies), bodies)
			}
			if err == nil {
				err = e
			}
			return err
		})
	})
}

func TestFates(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		lead := h.As(who.ProjectLead)
		a, b, gone := said(h, lead, "One.", "lived"), said(h, lead, "Two.", "lived"), said(h, lead, "Three.", "practice")
		withdraw(h, lead, gone, false)
		in := finding.FateIn{Contributions: []ref.Ref{a, b, a}, Fate: finding.TooLate, Reason: "The meeting was over."}
		refused(h, lead, fault.Missing, "", "finding.fate", finding.FateIn{Fate: finding.TooLate, Reason: "x"})
		refused(h, lead, fault.Invalid, "fate", "finding.fate", finding.FateIn{Contributions: []ref.Ref{a}, Fate: finding.Used, Reason: "x"})
		refused(h, lead, fault.Invalid, "reason", "finding.fate", finding.FateIn{Contributions: []ref.Ref{a}, Fate: finding.TooLate, Reason: " "})
		refused(h, lead, fault.Withdrawn, "", "finding.fate", finding.FateIn{Contributions: []ref.Ref{a, gone}, Fate: finding.TooLate, Reason: "x"})
		refused(h, h.As(who.Communicator), fault.Forbidden, "", "finding.fate", in)
		if fates(h, a, b) != "owing, owing" {
			t.Fatalf("refused: %s", fates(h, a, b))
		}
		owing := h.Do(lead, "finding.owing", finding.OwingIn{Project: h.Project, Limit: 1}).(finding.OwingOut)
		if owing.Owing != 2 || len(owing.Contributions) != 1 || owing.Contributions[0].Words != "One." || owing.Next == "" {
			t.Errorf("owing: %+v", owing)
		}
		owing = h.Do(lead, "finding.owing", finding.OwingIn{Project: h.Project, Limit: 1, After: owing.Next}).(finding.OwingOut)
		if len(owing.Contributions) != 1 || owing.Contributions[0].Words != "Two." || owing.Next != "" {
			t.Errorf("owing, second page: %+v", owing)
		}
		if out := h.Do(lead, "finding.fate", in).(finding.FateOut); out.Signed != 2 || fates(h, a, b) != "too late, too late" {
			t.Errorf("signed %d: %s", out.Signed, fates(h, a, b))
		}
		h.Do(lead, "finding.fate", finding.FateIn{Contributions: []ref.Ref{b}, Fate: finding.PassedOn, Reason: "The council has it."})
		h.Read(func(tx *db.Tx) error {
			all, err := new(finding.Room).Signed(lead, tx, h.Programme, []ref.Ref{a, b, gone})
			want := map[ref.Ref]finding.Signed{a: {Fate: "too late", Reason: "The meeting was over.", Bulk: true}, b: {Fate: "passed on", Reason: "The council has it."}}
			for at, s := range all {
				if s.At == 0 || !strings.HasPrefix(s.By, "account:") {
					t.Errorf("%v: signed by %q at %d", at, s.By, s.At)
				}
				s.At, s.By = 0, ""
				all[at] = s
			}
			if diff := cmp.Diff(want, all); diff != "" {
				t.Error(diff)
			}
			return err
		})
		h.Do(lead, "finding.unsign", finding.UnsignIn{Contribution: a})
		h.Do(lead, "finding.unsign", finding.UnsignIn{Contribution: a})
		if fates(h, a) != "owing" {
			t.Errorf("unsigned: %s", fates(h, a))
		}
	})
}

func TestSharedTwiceAtOnce(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		lead := h.As(who.ProjectLead)
		c := said(h, lead, "Ring first.", "lived")
		f := written(h, lead, "Ring before you come.")
		picked(h, lead, f, tie.Supports, c)
		errs := make([]error, 4)
		var all sync.WaitGroup
		for i := range errs {
			all.Go(func() {
				_, errs[i] = h.Try(lead, "finding.share", finding.ShareIn{Ref: f, Version: 1, WhyOneStrand: fmt.Sprintf("Reason %d", i)})
			})
		}
		all.Wait()
		ok := 0
		for _, err := range errs {
			switch {
			case err == nil:
				ok++
			case !fault.Is(err, fault.Conflict):
				t.Errorf("%v", err)
			}
		}
		if got := see(h, lead, f); ok != 1 || got.Version != 2 || got.WhyOneStrand == "" {
			t.Errorf("%d of 4 shared; version %d, because %q", ok, got.Version, got.WhyOneStrand)
		}
	})
}

// TestFiveThousandSources fills a finding, and its page still answers quickly.
func TestFiveThousandSources(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		lead := h.As(who.ProjectLead)
		f := written(h, lead, "Ring before you come.")
		strands := []string{"lived", "practice", "research"}
		all := make([]ref.Ref, 0, finding.MaxSources)
		for batch := range 10 {
			var lines bytes.Buffer
			for i := range 500 {
				fmt.Fprintf(&lines, "Ring first, said number %d\n", batch*500+i)
			}
			other(h, lead, "evidence.paste", map[string]any{"project": h.Project, "pasted": lines.String(), "strands": []string{strands[batch%3]}})
		}
		h.Read(func(tx *db.Tx) (err error) {
			all, err = db.All(tx, db.Q(`select id from ref_record where programme = ? and kind = 'contribution' order by id`, h.Programme),
				func(r db.Row, x *ref.Ref) error { x.Kind = "contribution"; return r.Scan(&x.ID) })
			return err
		})
		if len(all) != finding.MaxSources {
			t.Fatalf("%d contributions", len(all))
		}
		for i := 0; i < len(all); i += 500 {
			picked(h, lead, f, tie.Supports, all[i:i+500]...)
		}
		refused(h, lead, fault.Invalid, "contributions", "finding.pick", finding.PickIn{Finding: f, Contributions: []ref.Ref{said(h, lead, "One more.", "lived")}, Stance: tie.Supports})
		began := time.Now()
		h.Do(lead, "finding.share", finding.ShareIn{Ref: f, Version: 1})
		shared := time.Since(began)
		if fates(h, all[0], all[4999]) != "used, used" {
			t.Error("not every source is used")
		}
		began = time.Now()
		got := see(h, lead, f)
		seen := time.Since(began)
		if got.Standing.Sources != 5000 || len(got.Sources) != 30 || len(got.Standing.Filled) != 3 {
			t.Errorf("%+v, %d sources shown", got.Standing, len(got.Sources))
		}
		// Every one of a strand can be reached, each once.
		reached, after := map[ref.Ref]bool{}, ""
		for range 5 {
			p := h.Do(lead, "finding.see", finding.SeeIn{Ref: f, Strand: "lived", After: after, Limit: 500}).(finding.SeeOut)
			for _, s := range p.Sources {
				reached[s.Ref] = true
			}
			if after = p.Next; after == "" {
				break
			}
		}
		if int64(len(reached)) != got.Standing.Strands["lived"] {
			t.Errorf("%d of %d reached", len(reached), got.Standing.Strands["lived"])
		}
		t.Logf("shared in %v, seen in %v", shared, seen)
		if seen > time.Second {
			t.Errorf("seeing it took %v", seen)
		}
	})
}
