package people_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/room/people"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
	"plait/test/house"
)

func TestPeople(t *testing.T) {
	var kit house.Kit
	for name, f := range map[string]func(t *testing.T, h *house.House){
		"a person from asking to asking again": whole,
		"who may see whom":                     seen,
		"lists":                                lists,
		"names stay in the room":               namesStay,
		"a card asks about itself":             card,
		"organisations":                        organisations,
		"what has become of people":            states,
		"who is missing":                       missing,
		"people describe themselves":           describes,
		"signs come and go":                    signs,
	} {
		t.Run(name, func(t *testing.T) { kit.Each(t, f) })
	}
}

func add(h *house.House, ctx context.Context, project, name string) ref.Ref {
	return h.Do(ctx, "people.add", people.AddIn{Project: project, About: people.About{Name: name, Role: "carer"}}).(people.PersonOut).Ref
}

func see(h *house.House, ctx context.Context, p ref.Ref) people.SeeOut {
	return h.Do(ctx, "people.see", people.SeeIn{Person: p}).(people.SeeOut)
}

func whole(t *testing.T, h *house.House) {
	ctx := h.As(who.ProjectLead)
	p := add(h, ctx, h.Project, "Alys Jones")
	h.Do(ctx, "people.needs", people.NeedsIn{Person: p, Version: 1, Wanted: people.Wanted{Asked: people.Yes, Format: []string{"large_print"}, FormatWords: "24 point", Support: []string{"more_time"}}})
	h.Do(ctx, "people.reach", people.ReachIn{Person: p, How: people.Phone, Address: "0115 496 0000"})
	h.Do(ctx, "people.reach", people.ReachIn{Person: p, How: people.Post, Address: "1 High Street", Safe: true})
	h.Do(ctx, "people.share", people.ShareIn{Person: p, With: "The hall", Since: "1 March 2026", Agreed: "on the phone"})
	h.Do(ctx, "people.met", people.MetIn{Person: p, Occasion: "Spring meeting", Met: "partly", Arranged: "Bo"})
	h.Do(ctx, "people.review", people.ReviewIn{Person: p, By: "Bo"})
	got := see(h, ctx, p)
	want := people.SeeOut{
		Person: people.Person{Ref: p, Project: h.Project, Name: "Alys Jones", Role: "carer", Language: "en", State: people.Active, Asked: people.Yes, AskedOn: "2026-03-02",
			Review: "2027-03-02", Version: 7, ChangedAt: got.ChangedAt, Needs: []people.Need{{List: "format", Code: "large_print"}, {List: "format", Code: people.Other, Words: "24 point"}, {List: "support", Code: "more_time"}}},
		Contacts: []people.Contact{{ID: got.Contacts[0].ID, How: people.Phone, Address: "0115 496 0000"}, {ID: got.Contacts[1].ID, How: people.Post, Address: "1 High Street", Safe: true}},
		Shares:   []people.Share{{ID: got.Shares[0].ID, With: "The hall", Since: "2026-03-01", Agreed: "on the phone"}},
		Met:      []people.Met{{ID: got.Met[0].ID, On: "2026-03-02", Occasion: "Spring meeting", Met: "partly", Arranged: "Bo"}},
		Reviews:  []people.Review{{ID: got.Reviews[0].ID, On: "2026-03-02", By: "Bo", Next: "2027-03-02"}},
		Places:   []people.Place{}, How: people.Post, MayWrite: true,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	// Stopping and taking away.
	h.Do(ctx, "people.share", people.ShareIn{Person: p, Share: got.Shares[0].ID})
	h.Do(ctx, "people.reach", people.ReachIn{Person: p, Drop: got.Contacts[1].ID})
	got = see(h, ctx, p)
	if got.Shares[0].Until != "2026-03-02" || len(got.Contacts) != 1 || got.WhyNot != "people.why_not_safe" {
		t.Errorf("after stopping: %+v", got)
	}
	// A stale edit is a conflict.
	if _, err := h.Try(ctx, "people.change", people.ChangeIn{Person: p, Version: 1, About: people.About{Name: "X"}}); !fault.Is(err, fault.Conflict) {
		t.Errorf("a stale edit: %v", err)
	}
	h.Do(ctx, "people.change", people.ChangeIn{Person: p, Version: got.Version, About: people.About{Name: "Alys Evans", SaysAs: "Al", Language: "cy"}})
	if got = see(h, ctx, p); got.Name != "Alys Evans" || got.Called() != "Al" || got.Language != "cy" {
		t.Errorf("changed: %+v", got.Person)
	}
}

func seen(t *testing.T, h *house.House) {
	mine := add(h, h.As(who.ProjectLead), h.Project, "Alys")
	for _, role := range who.Roles() {
		ctx := h.As(role)
		_, err := h.Try(ctx, "people.see", people.SeeIn{Person: mine})
		switch role {
		case who.ProgrammeLead, who.DeliveryLead, who.CoreNetwork, who.ProjectLead, who.Partner, who.Administrator, who.Safeguarding:
			if err != nil {
				t.Errorf("%s: %v", role, err)
			}
		default:
			if !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s sees: %v", role, err)
			}
			if _, err := h.Try(ctx, "people.list", people.ListIn{}); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s lists: %v", role, err)
			}
		}
	}
	other := h.AsAt(who.ProjectLead, ref.Of(ref.Project, h.Other))
	if _, err := h.Try(other, "people.see", people.SeeIn{Person: mine}); !fault.Is(err, fault.Missing) {
		t.Errorf("another project: %v", err)
	}
	if out := h.Do(other, "people.list", people.ListIn{}).(people.ListOut); len(out.People) != 0 {
		t.Errorf("another project lists %d", len(out.People))
	}
	if _, err := h.Try(h.Stranger(), "people.list", people.ListIn{}); !fault.Is(err, fault.Signin) {
		t.Errorf("a stranger: %v", err)
	}
	if _, err := h.Try(h.As(who.Safeguarding), "people.change", people.ChangeIn{Person: mine, Version: 1, About: people.About{Name: "X"}}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("safeguarding changes: %v", err)
	}
}

func lists(t *testing.T, h *house.House) {
	ctx := h.As(who.Administrator)
	out := h.Do(ctx, "people.paste", people.PasteIn{Project: h.Project, Pasted: "Zoë, carer\nálvar, social worker, a@example.org\nBeth\n100% Bob\nbeth"}).(people.PasteOut)
	if out.Added != 5 {
		t.Fatalf("added %d", out.Added)
	}
	names := func(in people.ListIn) (out []string) {
		for {
			got := h.Do(ctx, "people.list", in).(people.ListOut)
			for _, p := range got.People {
				out = append(out, p.Name)
			}
			if in.After = got.Next; in.After == "" {
				return out
			}
		}
	}
	if diff := cmp.Diff([]string{"100% Bob", "álvar", "Beth", "beth", "Zoë"}, names(people.ListIn{Project: h.Project, Limit: 2})); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"Zoë"}, names(people.ListIn{Name: "zoe"})); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"100% Bob"}, names(people.ListIn{Name: "%"})); diff != "" {
		t.Error(diff)
	}
	first := h.Do(ctx, "people.list", people.ListIn{Name: "beth", Limit: 1}).(people.ListOut).People[0]
	h.Do(ctx, "people.needs", people.NeedsIn{Person: first.Ref, Version: first.Version, Wanted: people.Wanted{Asked: people.Yes, Professional: []string{"bsl_interpreter"}}})
	if got := h.Do(ctx, "people.list", people.ListIn{Name: "beth", Limit: 1}).(people.ListOut).People[0]; len(got.Needs) != 1 || got.Needs[0].Code != "bsl_interpreter" {
		t.Errorf("needs on the list: %+v", got)
	}
	if got := names(people.ListIn{Due: true}); len(got) != 0 {
		t.Errorf("due at once: %v", got)
	}
	h.Hand.Add(366 * 24 * time.Hour)
	if diff := cmp.Diff([]string{first.Name}, names(people.ListIn{Due: true})); diff != "" {
		t.Error(diff)
	}
}

// Names and contacts are in this room's tables and nowhere else.
func namesStay(t *testing.T, h *house.House) {
	ctx := h.As(who.ProjectLead)
	out, err := h.Desk.RunVerb(ctx, h.Verbs["people.add"], "a key", people.AddIn{Project: h.Project, About: people.About{Name: "Quentina Featherstone", Role: "carer"}})
	if err != nil {
		t.Fatal(err)
	}
	p := out.(people.PersonOut).Ref
	h.Do(ctx, "people.reach", people.ReachIn{Person: p, How: people.Email, Address: "quentina@example.org", Safe: true})
	h.Read(func(tx *db.Tx) error {
		for _, q := range []string{"select title from ref_record", "select body from trail_body", "select result from trail_key"} {
			all, err := db.All(tx, db.Q(q), db.Value[string])
			if err != nil {
				return err
			}
			for _, text := range all {
				if strings.Contains(strings.ToLower(text), "quentina") {
					t.Errorf("%s holds a name: %s", q, text)
				}
			}
		}
		return nil
	})
}

func card(t *testing.T, h *house.House) {
	ctx := h.As(who.ProjectLead)
	p, other := add(h, ctx, h.Project, "Alys"), add(h, ctx, h.Project, "Bo")
	own := h.AsCard(p.ID)
	h.Do(own, "people.wishes", people.WishesIn{Person: p, Format: []string{"easy_read"}, Language: "cy"})
	if got := see(h, ctx, p); got.Language != "cy" || len(got.Needs) != 1 || got.Asked != people.Yes {
		t.Errorf("wishes: %+v", got.Person)
	}
	if _, err := h.Try(own, "people.wishes", people.WishesIn{Person: other}); !fault.Is(err, fault.Missing) {
		t.Errorf("another's wishes: %v", err)
	}
	if _, err := h.Try(own, "people.see", people.SeeIn{Person: p}); !fault.Is(err, fault.Missing) {
		t.Errorf("the team's page: %v", err)
	}
}

func organisations(t *testing.T, h *house.House) {
	ctx := h.As(who.ProjectLead)
	p := add(h, ctx, h.Project, "Alys")
	o := h.Do(ctx, "people.organisation", people.OrganisationIn{Project: h.Project, Name: "The Hall", What: "venue"}).(people.PersonOut)
	h.Do(ctx, "people.place", people.PlaceIn{Person: p, Organisation: o.Ref, Role: "chair"})
	if diff := cmp.Diff([]people.Place{{Organisation: o.Ref, Name: "The Hall", Role: "chair"}}, see(h, ctx, p).Places); diff != "" {
		t.Error(diff)
	}
	if _, err := h.Try(ctx, "people.organisation", people.OrganisationIn{Organisation: o.Ref, Version: 9, Name: "X"}); !fault.Is(err, fault.Conflict) {
		t.Errorf("a stale edit: %v", err)
	}
	h.Do(ctx, "people.organisation", people.OrganisationIn{Organisation: o.Ref, Version: 1, Name: "The New Hall"})
	got := h.Do(ctx, "people.organisations", people.OrganisationsIn{Project: h.Project}).(people.OrganisationsOut).Organisations
	if len(got) != 1 || got[0].Name != "The New Hall" || got[0].People != 1 || got[0].Version != 2 {
		t.Errorf("organisations: %+v", got)
	}
	h.Do(ctx, "people.place", people.PlaceIn{Person: p, Organisation: o.Ref, Drop: true})
	if n := len(see(h, ctx, p).Places); n != 0 {
		t.Errorf("%d places after leaving", n)
	}
}

func states(t *testing.T, h *house.House) {
	ctx := h.As(who.ProjectLead)
	p := add(h, ctx, h.Project, "Alys")
	h.Do(ctx, "people.reach", people.ReachIn{Person: p, How: people.Post, Address: "1 High Street", Safe: true})
	if got := see(h, ctx, p); got.How != people.Post {
		t.Fatalf("reached by %q", got.How)
	}
	h.Do(ctx, "people.state", people.StateIn{Person: p, Version: 2, State: people.Died, On: "1/3/2026"})
	if got := see(h, ctx, p); got.How != "" || got.WhyNot != "people.why_died" || got.StateOn != "2026-03-01" {
		t.Errorf("died: %+v", got)
	}
	if out := h.Do(ctx, "people.list", people.ListIn{State: people.Died}).(people.ListOut); len(out.People) != 1 {
		t.Errorf("%d have died", len(out.People))
	}
	h.Do(ctx, "people.state", people.StateIn{Person: p, Version: 3, State: people.Active})
	if got := see(h, ctx, p); got.How != people.Post || got.StateOn != "" {
		t.Errorf("a mistake taken back: %+v", got)
	}
}
