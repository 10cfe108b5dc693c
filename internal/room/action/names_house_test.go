package action_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"plait/internal/room/action"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
	"plait/test/house"
)

// TestNamesAreNotForEveryone: people without an account are named to those who may see
// names. Everybody else hears that there is somebody, on every page, panel, list and search.
func TestNamesAreNotForEveryone(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		lead := h.As(who.ProjectLead)
		rec := recommend(h, lead)
		d := decide(1, rec.Ref)
		d.Dissent = "Ceridwen wanted vans"
		h.Do(lead, "action.decide", d)
		d.Version, d.Dissent = 2, "Ceridwen still does"
		h.Do(lead, "action.decide", d)
		in := try()
		in.OwnerName, in.With, in.Recommendation = "Angharad", "Blodwen and Dafydd", rec.Ref
		one := plan(h, lead, in)
		act := plan(h, lead, action.PlanIn{Title: "Buy chairs", OwnerName: "Angharad", Due: "2026-03-10"})
		owner := colleague(h)
		plan(h, lead, action.PlanIn{Title: "Lend chairs", Owner: owner, Due: "2026-03-04"})

		base := "/action/" + h.Project
		addresses := []string{base, base + "?show=open", base + "/of/" + one.Ref.ID, base + "/of/" + act.Ref.ID, base + "/recommendation/" + rec.Ref.ID, "/project/" + h.Project}
		all := func(ctx context.Context) string {
			t.Helper()
			var b strings.Builder
			for _, a := range addresses {
				status, _, body := call(h, ctx, a, nil)
				if status != 200 {
					t.Fatalf("%s: %d", a, status)
				}
				b.WriteString(body)
			}
			answers := []any{see(h, ctx, one.Ref), see(h, ctx, act.Ref), see(h, ctx, rec.Ref), h.Do(ctx, "action.list", action.ListIn{Project: h.Project})}
			if err := json.NewEncoder(&b).Encode(answers); err != nil {
				t.Fatal(err)
			}
			return b.String()
		}
		names := []string{"Angharad", "Blodwen", "Dafydd", "Ceridwen"}
		for _, role := range []who.Role{who.HostLead, who.HostStaff, who.Member, who.Reviewer, who.Evaluator, who.Communicator} {
			ctx := h.As(role)
			text := all(ctx)
			for _, n := range names {
				if strings.Contains(text, n) {
					t.Errorf("%s is shown %s", role, n)
				}
			}
			for _, w := range []string{"Someone in the team", "With people whose names you cannot see", "Somebody saw it otherwise", `"owner_hidden":true`, `"with_hidden":true`, `"dissent_hidden":true`} {
				if !strings.Contains(text, w) {
					t.Errorf("%s is not told %q", role, w)
				}
			}
			// A colleague with an account is one of the team.
			if !strings.Contains(text, "Mair") {
				t.Errorf("%s is not shown a colleague", role)
			}
		}
		for _, role := range []who.Role{who.ProjectLead, who.ProgrammeLead, who.Partner, who.Administrator, who.Safeguarding} {
			text := all(h.As(role))
			for _, n := range names {
				if !strings.Contains(text, n) {
					t.Errorf("%s is not shown %s", role, n)
				}
			}
			if strings.Contains(text, "Someone in the team") || strings.Contains(text, "_hidden") {
				t.Errorf("%s is told that names are hidden", role)
			}
		}
		// Search finds none of them by name, whoever looks.
		for _, ctx := range []context.Context{lead, h.As(who.HostStaff)} {
			for _, n := range names {
				if text := found(h, ctx, n); strings.Contains(text, one.Ref.ID) || strings.Contains(text, act.Ref.ID) {
					t.Errorf("search finds %s: %s", n, text)
				}
			}
		}
		if !strings.Contains(found(h, lead, "Bala"), one.Ref.ID) {
			t.Error("search does not find where it is tried")
		}
		keepsName(h, act.Ref)
	})
}

// found is the answer of search to a word.
func found(h *house.House, ctx context.Context, word string) string {
	h.T.Helper()
	in, err := h.Verbs["search.find"].Decode(json.NewDecoder(strings.NewReader(`{"words":"` + word + `"}`)))
	if err != nil {
		h.T.Fatal(err)
	}
	text, err := json.Marshal(h.Do(ctx, "search.find", in))
	if err != nil {
		h.T.Fatal(err)
	}
	return string(text)
}

// keepsName: who was not shown the owner cannot lose it by saving the form, and may name
// another.
func keepsName(h *house.House, act ref.Ref) {
	h.T.Helper()
	host, lead, none, other := h.As(who.HostLead), h.As(who.ProjectLead), "", "Someone else"
	_, _, body := call(h, host, "/action/"+h.Project+"/of/"+act.ID+"/change", nil)
	if strings.Contains(body, "Angharad") || !strings.Contains(body, "Leave empty to keep it so") {
		h.T.Error("the form names the owner, or does not say that there is one")
	}
	h.Do(host, "action.change", action.ChangeIn{Ref: act, Version: 1, Owner: &none, OwnerName: &none})
	if got := see(h, lead, act).Owner.Name; got != "Angharad" {
		h.T.Errorf("saved by someone who was not shown the owner: %q", got)
	}
	h.Do(host, "action.change", action.ChangeIn{Ref: act, Version: 2, Owner: &none, OwnerName: &other})
	if got := see(h, lead, act).Owner.Name; got != other {
		h.T.Errorf("another owner: %q", got)
	}
	h.Do(lead, "action.change", action.ChangeIn{Ref: act, Version: 3, Owner: &none, OwnerName: &none})
	if got := see(h, lead, act).Owner.Name; got != "" {
		h.T.Errorf("taken out by someone who was shown it: %q", got)
	}
}
