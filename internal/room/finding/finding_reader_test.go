package finding_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plait/internal/kit/db"
	"plait/internal/room/finding"
	"plait/internal/spine/ref"
	"plait/internal/spine/tie"
	"plait/internal/spine/who"
	"plait/test/house"
)

// outsiders is the roles that see shared findings and not what was said.
func outsiders() []who.Role {
	return []who.Role{who.HostLead, who.HostStaff, who.Member}
}

// TestDraftsStayInside looks for words that were never shared with those who may not see
// drafts.
func TestDraftsStayInside(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		lead := h.As(who.ProjectLead)
		a, b := said(h, lead, "One.", "lived"), said(h, lead, "Two.", "practice")
		f := written(h, lead, "Draft: Mary says ring.")
		picked(h, lead, f, tie.Supports, a, b)
		edit := func(version int64, words string) {
			h.Do(lead, "finding.edit", finding.EditIn{Ref: f, Version: version, Body: finding.Body{Statement: words}})
		}
		edit(1, "Ring before you come.")
		h.Do(lead, "finding.share", finding.ShareIn{Ref: f, Version: 2})
		edit(3, "Always ring.")
		h.Do(lead, "finding.unshare", finding.StopIn{Ref: f, Version: 4, Why: "Mary rang again."})
		edit(5, "Draft: ask Mary.")
		edit(6, "Ring first.")
		h.Do(lead, "finding.share", finding.ShareIn{Ref: f, Version: 7})
		before := func(role who.Role) (out []string) {
			for _, x := range see(h, h.As(role), f).Before {
				out = append(out, x.Statement)
			}
			return out
		}
		if diff := cmp.Diff([]string{"Draft: ask Mary.", "Always ring.", "Ring before you come.", "Draft: Mary says ring."}, before(who.ProjectLead)); diff != "" {
			t.Errorf("the lead: %s", diff)
		}
		for _, role := range outsiders() {
			if diff := cmp.Diff([]string{"Always ring.", "Ring before you come."}, before(role)); diff != "" {
				t.Errorf("%s: %s", role, diff)
			}
			all := []any{see(h, h.As(role), f), h.Do(h.As(role), "finding.list", finding.ListIn{Project: h.Project})}
			if b, err := json.Marshal(all); err != nil || strings.Contains(string(b), "Mary") {
				t.Errorf("%s reads %s, %v", role, b, err)
			}
			shown(h, h.As(role), "/finding/"+h.Project+"/of/"+f.ID, []string{"Ring first.", "Always ring."}, "Mary")
		}
	})
}

// TestOutsidersSeeRoughCounts wants no source and no exact number where nobody may read
// what was said, and both for the team.
func TestOutsidersSeeRoughCounts(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		lead := h.As(who.ProjectLead)
		f := written(h, lead, "Ring before you come.")
		var lived []ref.Ref
		for i := range 11 {
			lived = append(lived, said(h, lead, fmt.Sprintf("Said by voice %d.", i), "lived"))
		}
		nurse, gone := said(h, lead, "I nurse.", "practice"), said(h, lead, "Never mind.", "practice")
		picked(h, lead, f, tie.Supports, lived...)
		picked(h, lead, f, tie.Challenges, nurse, gone)
		h.Do(lead, "finding.share", finding.ShareIn{Ref: f, Version: 1})
		withdraw(h, lead, gone, false)
		want := &finding.Counts{Sources: "10", Strands: map[string]string{"lived": "10", "practice": "*", "research": "0"},
			Stances: map[tie.Stance]string{tie.Supports: "10", tie.Challenges: "*", tie.Qualifies: "0"},
			Filled:  []string{"lived", "practice"}, Silent: []string{"research"}, Withdrawn: "*"}
		for _, role := range outsiders() {
			ctx := h.As(role)
			got := see(h, ctx, f)
			if diff := cmp.Diff(want, got.Counts); diff != "" || len(got.Sources) != 0 || got.Readable {
				t.Errorf("%s: %v, %s", role, got.Sources, diff)
			}
			one := h.Do(ctx, "finding.see", finding.SeeIn{Ref: f, Strand: "lived", Limit: 500}).(finding.SeeOut)
			list := h.Do(ctx, "finding.list", finding.ListIn{Project: h.Project}).(finding.ListOut)
			if diff := cmp.Diff(want, list.Findings[0].Counts); diff != "" {
				t.Errorf("%s, in a list: %s", role, diff)
			}
			for _, says := range [][]finding.Phrase{got.Says, list.Findings[0].Says} {
				if len(says) == 0 || says[len(says)-1].Key != "finding.says_some" {
					t.Errorf("%s: it says %+v", role, says)
				}
				for _, p := range says {
					if p.N != 0 || p.Of != 0 {
						t.Errorf("%s: it counts: %+v", role, p)
					}
				}
			}
			b, err := json.Marshal([]any{got, one, list})
			for _, no := range []string{"contribution:", `"standing"`, "gone_at", `"n":`, `"of":`} {
				if err != nil || strings.Contains(string(b), no) {
					t.Errorf("%s is told %s: %s, %v", role, no, b, err)
				}
			}
			here := "/finding/" + h.Project
			shown(h, ctx, here+"/of/"+f.ID, []string{"Some of what was heard challenges it.", "Some sources were withdrawn."}, "withdrawn on", "1 of 12", ">11<", "Said by")
			shown(h, ctx, here, []string{"Some of what was heard challenges it.", "Some sources were withdrawn."}, "withdrawn on", "1 of 12")
		}
		got := see(h, lead, f)
		if got.Counts != nil || got.Standing.Sources != 12 || got.Standing.Strands["lived"] != 11 || got.Standing.Withdrawn != 1 || len(got.Sources) != 11 {
			t.Errorf("the lead: %+v, %d sources", got.Standing, len(got.Sources))
		}
		shown(h, lead, "/finding/"+h.Project+"/of/"+f.ID, []string{"1 of 12 challenges it.", "1 source withdrawn on"})
	})
}

// TestNothingSaidOutlivesErasing says a word in every sentence that this room keeps about
// a contribution, and looks for it once the contribution is erased.
func TestNothingSaidOutlivesErasing(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		const word = "qwertzuiop"
		lead := h.As(who.ProjectLead)
		a, b, c := said(h, lead, "Ring "+word+".", "lived"), said(h, lead, "We ring.", "practice"), said(h, lead, "Come.", "lived")
		f := written(h, lead, "Ring before you come.")
		h.Do(lead, "finding.pick", finding.PickIn{Finding: f, Contributions: []ref.Ref{a}, Stance: tie.Supports, Why: "She says " + word, Quote: word})
		h.Do(lead, "finding.pick", finding.PickIn{Finding: f, Contributions: []ref.Ref{b}, Stance: tie.Supports, Why: "They do"})
		h.Do(lead, "finding.share", finding.ShareIn{Ref: f, Version: 1})
		h.Do(lead, "finding.fate", finding.FateIn{Contributions: []ref.Ref{a, c}, Fate: finding.PassedOn, Reason: "Told them " + word, Plainly: "We said " + word})
		kept := func(of ref.Ref) (out []string) {
			h.Read(func(tx *db.Tx) error {
				for _, q := range []db.Part{
					db.Q(`select reason from tie where from_id = ? and reason <> ''`, of.ID),
					db.Q(`select quote from finding_pick where contribution = ?`, of.ID),
					db.Q(`select reason from finding_fate where contribution = ?`, of.ID),
					db.Q(`select plainly from finding_fate where contribution = ?`, of.ID),
					db.Q(`select b.body from trail_body b join trail_entry e on e.programme = b.programme and e.id = b.id
						where b.body like ? and e.verb in ('finding.pick', 'finding.fate') and e.ref = ?`, "%"+word+"%", of.ID),
				} {
					rows, err := db.All(tx, q, db.Value[string])
					if err != nil {
						return err
					}
					out = append(out, rows...)
				}
				return nil
			})
			return out
		}
		if n := len(kept(a)); n != 5 {
			t.Fatalf("%d kept before: %q", n, kept(a))
		}
		withdraw(h, lead, a, true)
		if got := kept(a); len(got) != 0 {
			t.Errorf("kept: %q", got)
		}
		if got := kept(b); len(got) != 1 || got[0] != "They do" {
			t.Errorf("of another: %q", got)
		}
	})
}

// TestARestoredQuoteIsTheOneThatWasSaid takes words back and gives them back: the excerpt
// returns with the words it was taken from, and not with others.
func TestARestoredQuoteIsTheOneThatWasSaid(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		lead := h.As(who.ProjectLead)
		c := said(h, lead, "Ring me first.", "lived")
		f := written(h, lead, "Ring before you come.")
		h.Do(lead, "finding.pick", finding.PickIn{Finding: f, Contributions: []ref.Ref{c}, Stance: tie.Supports, Quote: "me first"})
		again := func() finding.Source {
			t.Helper()
			withdraw(h, lead, c, false)
			if got := see(h, lead, f); len(got.Sources) != 0 {
				t.Errorf("away, and yet: %+v", got.Sources)
			}
			other(h, lead, "consent.restore", map[string]any{"ref": c.String()})
			got := see(h, lead, f)
			if len(got.Sources) != 1 {
				t.Fatalf("not back: %+v", got)
			}
			return got.Sources[0]
		}
		if got := again(); got.Quote != "me first" || got.Moved {
			t.Errorf("unchanged: %+v", got)
		}
		other(h, lead, "evidence.edit", map[string]any{"ref": c.String(), "version": 1, "words": "Ring us last.", "strands": []string{"lived"}})
		if got := again(); got.Quote != "" || !got.Moved {
			t.Errorf("other words: %+v", got)
		}
	})
}

// TestANewReasonIsAChange gives a shared finding another reason for its one strand: what
// stands on it is marked. The same reason again marks nothing.
func TestANewReasonIsAChange(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		lead := h.As(who.ProjectLead)
		f, on := written(h, lead, "Ring before you come."), written(h, lead, "It stands on the first.")
		picked(h, lead, f, tie.Supports, said(h, lead, "Ring me.", "lived"))
		h.Do(lead, "finding.share", finding.ShareIn{Ref: f, Version: 1, WhyOneStrand: "It is new."})
		h.Write(func(tx *db.Tx) error {
			return tie.Put(lead, tx, h.Clock.Now(), tie.Tie{ID: h.IDs.New(), From: f, To: on, Stance: tie.Informs})
		})
		h.Do(lead, "finding.share", finding.ShareIn{Ref: f, Version: 2, WhyOneStrand: "It is new."})
		if got := see(h, lead, on); got.Stale != 0 {
			t.Error("the same reason marks it")
		}
		h.Do(lead, "finding.share", finding.ShareIn{Ref: f, Version: 3, WhyOneStrand: "Only they can know."})
		if got := see(h, lead, on); got.Stale == 0 {
			t.Error("a new reason does not mark it")
		}
	})
}
