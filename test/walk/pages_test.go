package walk_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"plait/internal/spine/ref"
	"plait/internal/spine/who"
	"plait/test/browser"
)

const (
	// maxWeight is the most a page may weigh cold before media, in bytes on the wire.
	maxWeight = 80 << 10
	// maxScript is the most its scripts may weigh, compressed.
	maxScript = 20 << 10
	// perWindow is how many pages one window shows: a window has a time of its own.
	perWindow = 12
	// target is the smallest side of what a finger presses first, in CSS pixels.
	target = 44
)

// unreached are the routes that no link leads to, with the reason.
func unreached() map[string]string {
	return map[string]string{
		"GET /account/enter/{token}":                          "its link is in a letter; every test that signs in opens it",
		"GET /card/leave":                                     "it closes the card and leads out of the house; a test of the card opens it",
		"GET /keeper/retain/log.csv":                          "its link is there once something old was erased, and nothing here is years old; TestRetention opens it",
		"GET /account/programme":                              "shown to those who work in several programmes",
		"GET /evidence/{project}/shown/ask/{asking}/card/{n}": "a picture on the page that is handed over; TestChooseAPicture shows it",
		"GET /evidence/capture/ready":                         "a device asks it before it sends, and its answer has no words; TestHallKeepsWork needs it",
		"GET /evidence/{project}/said/{id}/mark/{mark}":       "the lasting address of a mark, which leads on to its place; TestMarkingWords opens it",
		"GET /card/q/{code}":                                  "its address is in the picture on the card; the locked card is opened by it",
	}
}

// reader is one who walks through the house.
type reader struct {
	name string
	v    *visitor
	from []string
	// after are pages behind a form: what they lead to counts as reached.
	after []string
}

// everyone is those whose pages are walked.
func everyone(s *street) []reader {
	s.t.Helper()
	lead := s.visitor()
	s.member("lead@example.org", "Pat Lead", who.ProgrammeLead, ref.Of(ref.Programme, s.Programme))
	s.member("coach@example.org", "Sam Coach", who.ProjectLead, ref.Of(ref.Project, s.Project))
	at := s.furnish(lead.signIn("lead@example.org"))
	at.after = append(at.after, s.review(lead)...)
	locked := s.visitor()
	if resp, _ := locked.get("/card/q/" + at.locked); resp.Request.URL.Path != "/card/lock" {
		s.t.Fatalf("the locked card opens at %s", resp.Request.URL.Path)
	}
	return []reader{
		{"nobody", s.visitor(), []string{"/"}, nil},
		{"programme lead", lead, []string{"/"}, at.after},
		{"project lead", s.visitor().signIn("coach@example.org"), []string{"/"}, nil},
		{"contributor", s.visitor().openCard(at.code), []string{"/card/words"}, []string{at.thanks}},
		{"contributor with a lock", locked, []string{"/card"}, []string{"/card/lock"}},
	}
}

func TestEveryPage(t *testing.T) {
	s := open(t)
	reached := map[string]bool{}
	plain := map[string]bool{}
	parts := map[string]map[string]bool{} // of each pattern: the parts that pages shown before are made of
	for _, who := range everyone(s) {
		t.Run(who.name, func(t *testing.T) {
			all := who.v.crawl(t, append(slices.Clone(who.from), who.after...)...)
			for _, p := range all {
				sound(t, p)
				reached[p.Pattern] = true
			}
			pages := slices.DeleteFunc(firsts(all), func(p seen) bool { return !fresh(parts, p) })
			for group := range slices.Chunk(pages, perWindow) {
				win := who.v.window(t, group[0].Path, phone, browser.WithoutWorker)
				for _, p := range group {
					win.Go(s.URL + p.Path)
					good(t, win)
					win.Screenshot(who.name + p.Pattern)
				}
			}
			pages = slices.DeleteFunc(pages, func(p seen) bool { done := plain[p.Pattern]; plain[p.Pattern] = true; return done })
			for group := range slices.Chunk(pages, 2*perWindow) {
				win := who.v.window(t, group[0].Path, phone, browser.WithoutJS)
				for _, p := range group {
					win.Go(s.URL + p.Path)
					goodPlain(t, win)
				}
			}
		})
	}
	for _, pattern := range pagesOf(s.Plugs) {
		why, excepted := unreached()[pattern]
		if !reached[pattern] && !excepted {
			t.Errorf("%s: no link leads there for anyone who was walked", pattern)
		}
		if reached[pattern] && excepted {
			t.Errorf("%s is reached, but excepted because %q", pattern, why)
		}
	}
}

var openTag = regexp.MustCompile(`<[a-z][^\s>]*(?: class="[^"]*")?`)

// fresh says whether a page has a part, an element with its classes, that no page of its
// route had before it. What a role is shown less of was looked at with the rest.
func fresh(parts map[string]map[string]bool, p seen) bool {
	had, is := parts[p.Pattern], false
	if had == nil {
		had, is = map[string]bool{}, true
		parts[p.Pattern] = had
	}
	for _, part := range openTag.FindAllString(p.Body, -1) {
		is = is || !had[part]
		had[part] = true
	}
	return is
}

// good is what every page must be with scripts.
func good(t *testing.T, p *browser.Page) {
	t.Helper()
	w := weigh(p)
	t.Logf("%6d bytes, %5d of scripts: %s", w.All, w.Script, p.URL())
	if w.Worker != "" {
		t.Errorf("%s: a worker answered for %s, so its weight is none: open the window WithoutWorker", p.URL(), w.Worker)
	}
	// The sheet that is printed is the letters alone: nothing on it moves.
	bare := strings.Contains(p.URL(), "/output/") && strings.HasSuffix(p.URL(), "/print")
	if w.All > maxWeight || w.Script > maxScript || w.Script == 0 != bare {
		t.Errorf("%s weighs %d bytes, %d of them scripts; at most %d and %d\n  %s", p.URL(), w.All, w.Script, maxWeight, maxScript, strings.Join(w.Parts, "\n  "))
	}
	p.Axe()
	p.NoSideScroll(320)
	for _, small := range p.SmallTargets("button:not(.govuk-visually-hidden), .govuk-button, input.govuk-input, select, textarea, input[type=file], summary, .pl-leave, .pl-formats__link", target) {
		t.Errorf("%s: a target under %d pixels: %s", p.URL(), target, small)
	}
	walked(t, p)
}

// walked goes through the page by Tab and compares with what can be used.
func walked(t *testing.T, p *browser.Page) {
	t.Helper()
	want := browser.Eval[[]string](p, `(() => {
		const groups = new Set(), out = [];
		for (const el of document.querySelectorAll("a[href], button, input, select, textarea, summary, audio[controls], video[controls], [tabindex='0']")) {
			if (el.disabled || el.type === "hidden" || el.tabIndex < 0 || !el.checkVisibility({visibilityProperty: true})) continue;
			if (el.type === "radio") {
				const group = el.name + "/" + Array.from(document.forms).indexOf(el.form);
				if (groups.has(group)) continue;
				groups.add(group);
			}
			out.push(el.tagName.toLowerCase() + " " + (el.id || el.name || el.innerText || "").trim().slice(0, 40));
		}
		return out;
	})()`)
	if stops := p.TabWalk(); len(stops) != len(want) {
		t.Errorf("%s: Tab reaches %d places, %d can be used\n  reached: %v\n  can be used: %q", p.URL(), len(stops), len(want), stops, want)
	}
}

type weight struct {
	All, Script int
	Parts       []string // what was added up
	Worker      string   // what a service worker answered for, which has another weight
}

// weigh adds up what the page took, whether it came by wire or was kept from before. Media
// that people brought in do not count; pictures and fonts of the house do.
func weigh(p *browser.Page) weight {
	return browser.Eval[weight](p, `(() => {
		const page = performance.getEntriesByType("navigation")[0];
		const w = {All: 0, Script: 0, Parts: [], Worker: ""};
		const media = r => /^(img|image|audio|video|track|other)$/.test(r.initiatorType) && !new URL(r.name).pathname.startsWith("/static/");
		for (const r of [page].concat(performance.getEntriesByType("resource").filter(r => !media(r)))) {
			w.All += r.encodedBodySize;
			w.Parts.push(r.encodedBodySize + " " + r.initiatorType + " " + r.name);
			if (r.workerStart > 0) w.Worker = r.name;
			if (r.initiatorType === "script" || r.name.endsWith(".js")) w.Script += r.encodedBodySize;
		}
		return w;
	})()`)
}

// goodPlain is what every page must be without scripts: it says something, and each
// form can be sent.
func goodPlain(t *testing.T, p *browser.Page) {
	t.Helper()
	for _, wrong := range browser.Eval[[]string](p, `(() => {
		const out = [], seen = el => el.checkVisibility({visibilityProperty: true});
		const h1 = document.querySelector("h1");
		if (!h1 || !seen(h1) || !h1.innerText.trim()) out.push("no heading can be seen");
		if (document.querySelector("main").innerText.trim().length < 20) out.push("the page says next to nothing");
		// A form that stays hidden is the script's; what it does must go by another form too.
		const byScript = el => el.closest("[hidden]") !== null;
		for (const f of document.forms) {
			if (byScript(f)) {
				if (!Array.from(document.forms).some(o => !byScript(o) && o.action === f.action && o.method === f.method)) out.push("only a hidden form goes to " + f.action);
			} else if (!f.closest("details:not([open])") && !Array.from(f.elements).some(e => (e.type === "submit" || e.type === "image") && seen(e))) out.push("form to " + f.action + " has no button");
		}
		for (const el of document.querySelectorAll("main input, main select, main textarea")) {
			const held = el.closest("details:not([open])");
			const helps = !el.name && byScript(el); // the script's own: it is never sent
			if (el.type !== "hidden" && !held && !helps && !(el.form && byScript(el.form)) && !seen(el)) out.push(el.name + " cannot be seen");
		}
		return out;
	})()`) {
		t.Errorf("%s without scripts: %s", p.URL(), wrong)
	}
}

func (p seen) String() string { return fmt.Sprintf("%s (%s)", p.Path, p.Pattern) }

// openCard lets the visitor in by the code of a card.
func (v *visitor) openCard(code string) *visitor {
	v.s.t.Helper()
	resp, body := v.post("/card", map[string][]string{"code": {code}})
	if resp.Request.URL.Path != "/card/words" {
		v.s.t.Fatalf("opening the card: %s at %s\n%s", resp.Status, resp.Request.URL.Path, words(body))
	}
	return v
}

// TestFullListsAreLight measures the pages that grow with what people bring in.
func TestFullListsAreLight(t *testing.T) {
	s := open(t)
	var lines []string
	for i := range 120 {
		lines = append(lines, fmt.Sprintf("%03d. It took a fall for them to listen, and then it took three calls, two letters and a visit before anybody put in the rail that my neighbour had offered to fit in May", i))
	}
	v := s.visitor().signIn(s.coach())
	s.run(s.AsOperator(), "evidence.paste", map[string]any{"project": s.Project, "pasted": strings.Join(lines, "\n"), "name": "The box", "source": "Box by the door, Taff Fields library"})
	p := v.window(t, "/", phone)
	for _, path := range []string{"/evidence/" + s.Project, "/evidence/" + s.Project + "/sort", "/search?q=neighbour"} {
		p.Go(s.URL + path)
		w := weigh(p)
		t.Logf("%6d bytes: %s", w.All, path)
		if w.All > maxWeight {
			t.Errorf("%s weighs %d bytes when it is full, at most %d", path, w.All, maxWeight)
		}
	}
}
