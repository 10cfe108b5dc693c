package card_test

import (
	"strings"
	"testing"

	"plait/internal/spine/terms"
	"plait/internal/spine/who"
	"plait/test/house"
)

// before fails unless the texts stand on the page in this order.
func (d *device) before(texts ...string) {
	d.t.Helper()
	last := -1
	for _, x := range texts {
		at := strings.Index(d.page, x)
		if at <= last {
			d.t.Errorf("%q stands at %d, the one before it at %d", x, at, last)
		}
		last = at
	}
}

func TestErasingIsAskedTwice(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		_, at, code := give(h, "Ring first.")
		team := h.As(who.ProjectLead)
		d := newDevice(t, serve(h))
		d.post("/card", "code", code).shows("Ring first.")
		d.get(path(at, "/take"))
		d.post(path(at, "/take"), "key", d.field("key"), "what", "erase").shows("This cannot be undone. Nobody will see it, not even you.")
		must(h, team, "evidence.see", map[string]any{"ref": at}) // nothing is done yet
		// The other button only hides it: it can be undone.
		d.post(path(at, "/take"), "key", d.field("key"), "what", "hide").shows("Thank you", "Undo")
		d.hides("gone for good")
		d.post("/card/undo", "key", "k1", "act", d.field("act"), "ref", d.field("ref")).shows("Ring first.")
		d.post(path(at, "/take"), "key", "k2", "what", "erase")
		for range 2 { // the same press twice gives the same answer
			d.post(path(at, "/take"), "key", "k2", "what", "erase", "sure", "yes").shows("It is gone for good")
			d.hides("Undo")
		}
		d.get("/card/words").hides("Ring first.", "You took back")
	})
}

func TestACorrectionLeadsBackToItsSaying(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		_, at, code := give(h, "Ring first.")
		d := newDevice(t, serve(h))
		d.post("/card", "code", code).shows(`id="said-` + at.ID + `"`)
		d.get(path(at, "/correct"))
		version := d.field("version")
		d.post(path(at, "/correct"), "key", "k1", "version", version, "words", "Ring first.", "role", "carer").shows("Nothing was changed.")
		d.hides("Your words are changed")
		for range 2 { // pressed twice it is changed, not "nothing changed"
			d.post(path(at, "/correct"), "key", "k2", "version", version, "words", "Ring last.", "role", "carer").shows("Your words are changed", "Ring last.")
		}
		if !strings.Contains(d.at, "said="+at.ID) || strings.Count(d.page, "Your words are changed") != 1 {
			t.Errorf("it is not said once, at the saying: %s", d.at)
		}
		d.before(`id="said-`+at.ID, "Your words are changed", "Ring last.")
	})
}

func TestTheUndoSaysWhatItIsOf(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		person, at, code := give(h, "Ring first.")
		must(h, h.AsOperator(), "outcome.record", map[string]any{"project": h.Project, "sort": "person", "title": "You ring for yourself now", "plainly": "You ring now.", "shows": "You told us so.",
			"person": person, "from": []string{}, "on": "2026-03-02"})
		d := newDevice(t, serve(h))
		d.post("/card", "code", code).shows("What changed for you")
		d.get("/card/words?format=listen").shows("You ring now.")
		d.hides("You ring for yourself now")
		own := d.page[strings.Index(d.page, `action="/card/outcome"`):]
		_, rest, _ := strings.Cut(own, `name="ref" value="`)
		outcome, _, _ := strings.Cut(rest, `"`)
		d.post("/card/outcome", "key", "k1", "ref", outcome).shows("You took back a change for you.")
		d.hides("something you said")
		d.post(path(at, "/take"), "key", "k2", "what", "hide")
		d.get("/card/words").shows("You took back something you said.", "You took back a change for you.")
	})
}

func TestEasyReadShowsTheStoryAndOneLink(t *testing.T) {
	h := kit.SQLite(t)
	_, _, code := give(h, "Ring first, then come.", terms.Quote)
	d := newDevice(t, serve(h))
	d.post("/card", "code", code).before("Who you are: carer", "Ring first, then come.", `Change my words<span class="govuk-visually-hidden">: <span`, "Take it back<span")
	if n := strings.Count(d.page, "carer"); n != 1 {
		t.Errorf("who they are is said %d times", n)
	}
	d.hides("<details")
	d.get("/card/words?format=easy").before("You said", "We have not answered this yet.", "<details", "Change or take back", "Ring first, then come.</span>", "You said yes to", "Take it back")
}

func TestAWiderYesThanANo(t *testing.T) {
	h := kit.SQLite(t)
	_, at, code := give(h, "Ring first.")
	d := newDevice(t, serve(h))
	d.post("/card", "code", code)
	ask := func(uses ...string) {
		fields := []string{"key", "k", "version", d.field("version")}
		for _, u := range uses {
			fields = append(fields, "uses", u)
		}
		d.post(path(at, "/agree"), fields...).shows("Check your answers")
	}
	d.get(path(at, "/agree"))
	ask("web", "programme")
	d.shows("You said yes to the internet and no to the group.", "If that is not what you want")
	d.hides("no to our other work")
	for _, uses := range [][]string{{"web", "group", "programme"}, {"group"}, nil} {
		ask(uses...)
		d.hides("You said yes to the internet", "If that is not what you want")
	}
}
