package walk_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"plait/test/browser"
)

// TestWrongFormsSayWhatToDo sends every form empty: what comes back names each fault
// beside its field, leads there from the top, and passes the checks of every page.
func TestWrongFormsSayWhatToDo(t *testing.T) {
	s := open(t)
	wrong := 0
	for _, who := range everyone(s) {
		if who.name == "project lead" {
			continue // fills in the programme lead's forms, less some
		}
		pages := firsts(who.v.crawl(t, append(slices.Clone(who.from), who.after...)...))
		pages = slices.DeleteFunc(pages, func(p seen) bool { return len(formsOf(p.Body)) == 0 })
		for group := range slices.Chunk(pages, perWindow) {
			win := who.v.window(t, group[0].Path, phone)
			for _, p := range group {
				win.Go(s.URL + p.Path)
				browser.Eval[bool](win, `(() => {
					for (const el of document.querySelectorAll("main input:not([type=hidden]), main textarea")) {
						if (el.type === "radio" || el.type === "checkbox") el.checked = false; else el.value = "";
					}
					return true })()`)
				// The first form that can be seen and that a script does not take over: the form
				// for a hall without a signal has tests of its own.
				if !browser.Eval[bool](win, `(() => {
					if (document.querySelector("[data-capture]")) return false;
					const seen = Array.from(document.querySelectorAll("main form[method=post] button:not([name=again]):not([type=button])")).filter(b => b.checkVisibility({visibilityProperty: true}) && b.getBoundingClientRect().width > 1);
					const b = seen.find(b => !b.classList.contains("govuk-button--secondary")) || seen[0];
					if (b) b.dataset.walked = "yes";
					return Boolean(b) })()`) {
					continue
				}
				status := win.Follow("[data-walked]")
				if status >= http.StatusInternalServerError {
					t.Errorf("%s sent empty: status %d", p, status)
				}
				if status != http.StatusUnprocessableEntity {
					continue // taken: nothing in it has to be filled in
				}
				wrong++
				saysWhatToDo(t, win)
				win.Screenshot("wrong " + who.name + p.Pattern)
			}
		}
	}
	if wrong < 8 {
		t.Errorf("only %d forms were found wrong: too few to prove anything", wrong)
	}
}

func saysWhatToDo(t *testing.T, p *browser.Page) {
	t.Helper()
	p.Axe()
	p.NoSideScroll(320)
	if !strings.HasPrefix(p.Title(), "Error") {
		t.Errorf("%s: the title %q does not begin with Error", p.URL(), p.Title())
	}
	for _, fault := range browser.Eval[[]string](p, `(() => {
		const out = [], links = document.querySelectorAll(".govuk-error-summary a");
		if (!document.querySelector(".govuk-error-summary li")) out.push("no summary of what is wrong");
		for (const a of links) {
			const field = document.getElementById(a.hash.slice(1));
			if (!field) { out.push("no field " + a.hash); continue }
			const by = (field.closest("fieldset") || field).getAttribute("aria-describedby") || field.getAttribute("aria-describedby") || "";
			if (!by.split(" ").some(id => id.endsWith("-error") && document.getElementById(id))) out.push(a.hash + " is not tied to its fault");
		}
		return out;
	})()`) {
		t.Errorf("%s: %s", p.URL(), fault)
	}
}
