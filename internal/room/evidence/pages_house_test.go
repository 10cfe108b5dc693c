package evidence_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"plait/internal/room/evidence"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
	"plait/test/house"
)

// shown reads a page and wants words on it, in their order, and others not.
func shown(h *house.House, ctx context.Context, address string, wants []string, not ...string) {
	h.T.Helper()
	status, _, page := call(h, ctx, http.MethodGet, address, "", nil)
	if status != http.StatusOK {
		h.T.Errorf("%s: %d", address, status)
	}
	rest := page
	for _, want := range wants {
		_, after, ok := strings.Cut(rest, want)
		if !ok {
			h.T.Errorf("%s: no %q, or not in its place", address, want)
			continue
		}
		rest = after
	}
	for _, x := range not {
		if strings.Contains(page, x) {
			h.T.Errorf("%s: says %q", address, x)
		}
	}
}

// sent posts a form and gives its answer.
func sent(h *house.House, ctx context.Context, address string, fields url.Values) (int, string, string) {
	h.T.Helper()
	return call(h, ctx, http.MethodPost, address, "application/x-www-form-urlencoded", strings.NewReader(fields.Encode()))
}

func TestPastedInOrder(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.ProjectLead)
		here := "/evidence/" + h.Project
		status, at, _ := sent(h, ctx, here+"/paste", url.Values{"pasted": {"Alpha first\nBravo second\nCharlie third"}, "mode": {"unknown"}, "source": {"Tea and talk"}, "key": {"k1"}})
		if status != http.StatusSeeOther {
			t.Fatalf("pasted: %d", status)
		}
		shown(h, ctx, at, []string{"3 saved. Nothing was lost.", "Show all", "Undo these 3", "Alpha first", "Bravo second", "Charlie third"})
		shown(h, ctx, at+"&undo=ask", []string{"Undo these 3? This deletes them.", "Keep them"})
		if seen(h) != 3 {
			t.Error("asking undoes")
		}
		shown(h, ctx, here+"/sort", []string{"Showing 1 to 3 of 3", "Tea and talk"})
		shown(h, ctx, here+"/paste", []string{`value="unknown" selected`}, `value="own" selected`)
		// The next card inherits what this one shared, the agreement too; only its words are empty.
		status, _, body := sent(h, ctx, here+"/give", url.Values{"words": {"Delta fourth"}, "on": {"20/11/2026"}, "uses": {"quote"}, "mode": {"own"}, "next": {"another"}, "key": {"k2"}})
		for _, want := range []string{"Saved", `value="20/11/2026"`, `value="quote" checked`, `value="own" selected`} {
			if status != http.StatusOK || !strings.Contains(body, want) {
				t.Errorf("%d: no %s on the next card", status, want)
			}
		}
		if strings.Contains(body, "Delta fourth</textarea>") {
			t.Error("the next card has the words of the one before")
		}
		// The batch says where it was said, and each card inherits it.
		shown(h, ctx, here+"/paste", []string{"Where it was said", "The whole project, or not known", "North"})
		if status, at, _ := sent(h, ctx, here+"/paste", url.Values{"pasted": {"Echo fifth"}, "site": {h.Site}, "key": {"k3"}}); status != http.StatusSeeOther || !strings.Contains(at, "stored=1") {
			t.Errorf("pasted at a site: %d %s", status, at)
		}
		if at := h.Do(ctx, "evidence.list", evidence.ListIn{Project: h.Project, Site: h.Site}).(evidence.ListOut).Contributions; len(at) != 1 || at[0].Words != "Echo fifth" {
			t.Errorf("%d contributions at the site", len(at))
		}
		// An address ticks no box of the consent.
		_, _, body = call(h, ctx, http.MethodGet, here+"/give?uses=named&uses=web", "", nil)
		if strings.Contains(body, `value="named" checked`) {
			t.Error("a link has ticked a box")
		}
	})
}

func TestSpeakerIsConfirmed(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.ProjectLead)
		given := h.Do(ctx, "evidence.give", evidence.GiveIn{Project: h.Project, Words: "Ring first"}).(evidence.GiveOut).Ref
		person := func() string {
			return h.Do(ctx, "evidence.see", evidence.SeeIn{Ref: given}).(evidence.SeeOut).Person
		}
		one := "/evidence/" + h.Project + "/said/" + given.ID
		shown(h, ctx, one+"/speaker", []string{"Someone who is not on the list", "Add a person first"}, " checked")
		for _, answer := range []string{"", "person:nobody", ref.Of(ref.Person, given.ID).String()} {
			status, _, page := sent(h, ctx, one+"/speaker", url.Values{"person": {answer}, "confirm": {"yes"}, "key": {"k" + answer}})
			if status != http.StatusUnprocessableEntity || !strings.Contains(page, "Choose one of the answers") {
				t.Errorf("answered %q: %d", answer, status)
			}
		}
		status, at, _ := sent(h, ctx, one+"/speaker", url.Values{"person": {"new"}, "key": {"k1"}})
		if status != http.StatusSeeOther || at != one+"/speaker?person=new" || person() != "" {
			t.Fatalf("not confirmed: %d %s, person %q", status, at, person())
		}
		shown(h, ctx, at, []string{"This cannot be changed.", "Confirm"})
		status, at, _ = sent(h, ctx, one+"/speaker", url.Values{"person": {"new"}, "confirm": {"yes"}, "key": {"k2"}})
		if status != http.StatusSeeOther || person() == "" || !strings.HasPrefix(at, "/card/make/"+h.Project+"?person=person") {
			t.Fatalf("confirmed: %d %s, person %q", status, at, person())
		}
		shown(h, ctx, one, []string{"Who is speaking", "Someone with a card"})
	})
}

func TestPaperPage(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.ProjectLead)
		long := strings.Repeat("We asked forty people. ", 40)
		ris := "TY  - JOUR\nTI  - Falls at home\nAU  - Jones, A.\nAU  - Smith, B.\nAU  - Wu, C.\nAU  - Old, D.\nPY  - 2024\nJO  - Invented Letters\nDO  - 10.1000/182\nAB  - " + long + "\nER  - \n"
		staged := stage(h, ctx, "", file("a.ris", ris), file("b.csv", "comment,when\n"+strings.Repeat("The bus,2026-03-01\n", 10)))
		here := "/evidence/" + h.Project + "/import"
		shown(h, ctx, here+"/"+staged.Batch, []string{"11 rows can be saved", "Falls at home", "The bus", "and 3 more", "Throw away"}, "written as")
		shown(h, ctx, here+"/"+staged.Batch+"/check", []string{"As each row says", "Bring in 11 rows"})
		shown(h, ctx, here, []string{"a.ris and 1 more", "Throw away"})
		bring(h, ctx, staged.Batch)
		list := h.Do(ctx, "evidence.list", evidence.ListIn{Project: h.Project, Batch: staged.Batch}).(evidence.ListOut)
		paper := list.Contributions[0]
		if list.Of != (evidence.ListBatch{Name: "a.ris", Files: 2, N: 11}) || paper.Title != "Falls at home" {
			t.Fatalf("the batch: %+v, first %q", list.Of, paper.Title)
		}
		shown(h, ctx, "/evidence/"+h.Project+"?done=imported&batch="+staged.Batch, []string{"11 saved from a.ris and 1 more", "Falls at home"})
		one := "/evidence/" + h.Project + "/said/" + paper.Ref.ID
		shown(h, ctx, one, []string{"<h1", "Falls at home</h1>", "et al. 2024. Invented Letters", `href="https://doi.org/10.1000/182"`, "Summary", "<details", "We asked forty people."},
			"et al..", "Give the speaker a card", "Who is speaking")
		again := stage(h, ctx, "", file("c.ris", ris))
		shown(h, ctx, here+"/"+again.Batch, []string{"0 new rows; 1 is here already."}, "Next: what all rows share")
	})
}
