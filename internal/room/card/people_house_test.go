package card_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/room/card"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
	"plait/test/house"
)

// named adds a person to the room people and gives their ref.
func named(h *house.House, language string) ref.Ref {
	h.T.Helper()
	return refOf(h, must(h, h.AsOperator(), "people.add", map[string]any{"project": h.Project, "name": "Alys", "language": language})["ref"])
}

// states is the states of a person's cards.
func states(h *house.House, person ref.Ref) (out []string) {
	h.T.Helper()
	for _, c := range h.Do(h.As(who.ProjectLead), "card.list", card.ListIn{Person: person}).(card.ListOut).Cards {
		out = append(out, c.State)
	}
	return out
}

// Cards of those who died or want no contact are shut in the same second; of those who
// moved they work on.
func TestCardsOfThoseWhoAreGone(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		base := serve(h)
		lead := h.As(who.ProjectLead)
		for state, want := range map[string]string{"moved": card.Live, "died": card.Ended, "no more contact": card.Ended, "active": card.Live} {
			person := named(h, "en")
			must(h, h.AsOperator(), "evidence.give", map[string]any{"project": h.Project, "words": "Ring first.", "strands": []string{"lived"}, "person": person.ID})
			code := handed(h, person.ID).Code
			d := newDevice(t, base)
			d.post("/card", "code", code).shows("Ring first.")
			must(h, lead, "people.state", map[string]any{"person": person.String(), "version": 1, "state": state})
			if got := states(h, person); len(got) != 1 || got[0] != want {
				t.Errorf("%s: %v", state, got)
			}
			_, err := h.Try(lead, "card.make", card.MakeIn{Project: h.Project, Person: person})
			if want == card.Live {
				d.get("/card/words").shows("Ring first.")
				if err != nil {
					t.Errorf("another card for someone %s: %v", state, err)
				}
				continue
			}
			d.get("/card/words").hides("Ring first.")
			if newDevice(t, base).post("/card", "code", code).code == http.StatusOK {
				t.Errorf("%s: the code still opens", state)
			}
			if !fault.Is(err, fault.Conflict) {
				t.Errorf("another card for someone who %s: %v", state, err)
			}
		}
		person := named(h, "cy")
		h.Do(lead, "card.make", card.MakeIn{Project: h.Project, Person: person, Format: "large", Language: "cy"})
		must(h, lead, "people.erase", map[string]any{"person": person.String(), "why": "they asked", "words": "keep without a name"})
		if got := states(h, person); len(got) != 1 || got[0] != card.Ended {
			t.Errorf("erased: %v", got)
		}
		h.Read(func(tx *db.Tx) error {
			n, err := db.Count(tx, db.Q("select count(*) from card_card where person = ? and (format <> '' or language <> '')", person.ID))
			if n != 0 {
				t.Error("the card still says what they read")
			}
			return err
		})
	})
}

// A card opens everything its person said, so whoever makes one must lead in all of it.
func TestNobodyMakesACardThatOpensMoreThanTheyMay(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		person := named(h, "en")
		give := func(project string) ref.Ref {
			return refOf(h, must(h, h.AsOperator(), "evidence.give", map[string]any{"project": project, "words": "The gate sticks.", "strands": []string{"lived"}, "person": person.ID})["ref"])
		}
		try := func(ctx context.Context, kind fault.Kind) {
			t.Helper()
			_, err := h.Try(ctx, "card.make", card.MakeIn{Project: h.Project, Person: person})
			if kind == "" && err != nil || kind != "" && !fault.Is(err, kind) {
				t.Errorf("want %q: %v", kind, err)
			}
			if kind == fault.Forbidden && fault.Of(err).Say != "card.said_elsewhere" {
				t.Errorf("it does not say why: %v", err)
			}
		}
		lead, reader := h.As(who.ProjectLead), h.AsAt(who.Evaluator, ref.Of(ref.Project, h.Other))
		h.Write(func(tx *db.Tx) error { // an evaluator there, a lead here: may read both, may lead one
			return who.Give(tx, who.Grant{Programme: h.Programme, Account: who.From(reader).ID, Role: who.ProjectLead, Scope: ref.Of(ref.Project, h.Project)}, 1)
		})
		give(h.Project)
		try(lead, "")
		elsewhere := give(h.Other)
		try(lead, fault.Forbidden)
		try(reader, fault.Forbidden)
		try(h.As(who.ProgrammeLead), "")
		try(h.AsOperator(), "")
		// Taken back it can still be undone on the card; erased it cannot.
		must(h, h.AsOperator(), "consent.withdraw", map[string]any{"ref": elsewhere.String()})
		try(lead, fault.Forbidden)
		must(h, h.AsOperator(), "consent.withdraw", map[string]any{"ref": elsewhere.String(), "erase_now": true})
		try(lead, "")
	})
}

func TestACardBeginsAsItsPersonReads(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		lead, here := h.As(who.ProjectLead), map[string]string{"project": h.Project}
		form := func(person ref.Ref) string {
			t.Helper()
			w := answer(h, lead, "GET /card/make/{project}?person="+person.String(), here, nil)
			if w.Code != http.StatusOK {
				t.Fatalf("the form: %d", w.Code)
			}
			return w.Body.String()
		}
		chosen := func(page, look, tongue string) {
			t.Helper()
			if !strings.Contains(page, `value="`+look+`" checked`) || tongue != "" && !strings.Contains(page, `<option value="`+tongue+`" selected`) {
				t.Errorf("the form does not begin with %s and %s", look, tongue)
			}
		}
		unknown := ref.Of(ref.Person, h.Person())
		chosen(form(unknown), "standard", "")
		asked := named(h, "cy")
		must(h, lead, "people.needs", map[string]any{"person": asked.String(), "version": 1, "asked": "yes", "format": []string{"audio", "easy_read"}})
		chosen(form(asked), "easy", "cy")
		// What they asked for goes before what an earlier card was made with; what is not known comes from there.
		h.Do(lead, "card.make", card.MakeIn{Project: h.Project, Person: asked, Format: "large", Language: "en"})
		chosen(form(asked), "easy", "cy")
		other := named(h, "en")
		h.Do(lead, "card.make", card.MakeIn{Project: h.Project, Person: other, Format: "listen", Language: "cy"})
		chosen(form(other), "listen", "cy")
	})
}

// What is added to a contribution stands under the same approval as what it is added to.
func TestWhatIsAddedCarriesTheRegime(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		person := named(h, "en")
		first := refOf(h, must(h, h.AsOperator(), "evidence.give", map[string]any{"project": h.Project, "words": "The gate sticks.", "strands": []string{"lived"}, "person": person.ID,
			"mode": "own", "asked": "signed", "regime": "research", "ethics": "R-17", "nation": "wales", "uses": []string{"quote"}})["ref"])
		own := h.AsCard(person.ID)
		more := refOf(h, must(h, own, "evidence.add-own", map[string]any{"about": first.String(), "words": "And it squeaks."})["ref"])
		given, _ := must(h, own, "consent.see", map[string]any{"ref": more.String()})["given"].(map[string]any)
		if given["regime"] != "research" || given["ethics"] != "R-17" || given["nation"] != "wales" {
			t.Errorf("what was added stands under %v", given)
		}
		if uses, _ := given["uses"].([]any); len(uses) != 0 {
			t.Errorf("what was added may be used for more than nothing was said of: %v", uses)
		}
		other := refOf(h, must(h, own, "evidence.add-own", map[string]any{"about": person.String(), "words": "Something else."})["ref"])
		if given, _ := must(h, own, "consent.see", map[string]any{"ref": other.String()})["given"].(map[string]any); given["regime"] != "" {
			t.Errorf("something else stands under %v", given)
		}
	})
}
