package browser

import (
	"fmt"
	"strings"

	"github.com/chromedp/chromedp"
)

// Stop is one place where the focus stops on the way through a page.
type Stop struct {
	Tag  string // in small letters
	Name string // what it is called: its label, or its words
	Href string // of a link, as written
	// Seen says that it has a size and lies in the window.
	Seen bool
	// Marked says that it looks otherwise with the focus than without.
	Marked bool
}

// maxStops is how many stops a page may have before the walk takes it for a
// trap.
const maxStops = 400

// presses is how many times Tab is pressed before the page is asked where the focus went.
const presses = 10

// look describes the element that has the focus. The style is compared with the
// focus and without, on the element, its label and what it stands beside, since
// GOV.UK radios draw their mark on the label. A player is one stop: those on the
// browser's own buttons inside it are passed over.
const look = `(() => {
	const el = document.activeElement;
	if (!el || el === document.body || el === document.documentElement) return null;
	window.__plaitWalk = window.__plaitWalk || new WeakSet();
	// A player's own buttons are the browser's: to the page they are all one element.
	if (/^(AUDIO|VIDEO)$/.test(el.tagName) && el === window.__plaitPlayer) return {Inner: true};
	window.__plaitPlayer = el;
	if (window.__plaitWalk.has(el)) return {Again: true};
	window.__plaitWalk.add(el);
	const near = [el, el.parentElement, el.nextElementSibling].concat(Array.from(el.labels || []));
	const style = () => near.filter(Boolean).map(n => ["", "::before", "::after"].map(part => {
		const s = getComputedStyle(n, part || null);
		return [s.outlineStyle, s.outlineWidth, s.outlineColor, s.boxShadow, s.backgroundColor, s.borderTopColor, s.borderTopWidth, s.borderBottomWidth, s.textDecorationLine, s.textDecorationThickness, s.color].join();
	}).join("|")).join("/");
	const r = el.getBoundingClientRect();
	const withFocus = style();
	const seen = r.width > 1 && r.height > 1 && r.bottom > 0 && r.right > 0 && r.top < innerHeight && r.left < innerWidth && getComputedStyle(el).visibility !== "hidden";
	el.blur();
	const without = style();
	el.focus({preventScroll: true, focusVisible: true});
	const by = (el.getAttribute("aria-labelledby") || "").split(/\s+/).map(id => id && document.getElementById(id)).filter(Boolean).map(n => n.innerText).join(" ");
	const label = Array.from(el.labels || []).map(l => l.innerText).join(" ");
	const img = el.querySelector("img[alt], svg title");
	const name = by || el.getAttribute("aria-label") || label || el.innerText || (el.tagName === "INPUT" && /button|submit|reset/.test(el.type) ? el.value : "") || (img ? img.alt || img.textContent : "") || el.title || "";
	return {Again: false, Stop: {Tag: el.tagName.toLowerCase(), Name: name.trim().replace(/\s+/g, " "), Href: el.getAttribute("href") || "", Seen: seen, Marked: withFocus !== without}};
})()`

// Walk presses Tab through the whole page and gives every stop in order. It
// fails the test when the focus is caught and never leaves.
func (p *Page) Walk() []Stop {
	p.t.Helper()
	if p.noJS {
		p.t.Fatal("the keyboard walk needs scripts: open the page without WithoutJS")
	}
	type stop = struct {
		Again, Inner bool
		Stop         Stop
	}
	// Where the focus is after each press is noted by the page itself: a call for each stop
	// would take longer than the rest of the walk.
	Eval[bool](p, `(window.__plaitWalk = new WeakSet(), window.__plaitStops = [], window.__plaitSteps || (window.__plaitSteps = addEventListener("keyup", e => { if (e.key === "Tab") window.__plaitStops.push(`+look+`) }, true) || true), window.__plaitPlayer = null, document.activeElement && document.activeElement.blur(), getSelection().removeAllRanges(), scrollTo(0, 0), true)`)
	// Presses beyond the last stop begin the page anew; a skip link that has the focus moves
	// what is under it.
	defer func() { Eval[bool](p, "document.activeElement && document.activeElement.blur(), true") }()
	var stops []Stop
	for range maxStops / presses {
		p.do("press Tab", chromedp.KeyEvent(strings.Repeat("\t", presses)))
		for _, seen := range Eval[[]*stop](p, "window.__plaitStops.splice(0)") {
			if seen == nil {
				return stops
			}
			if seen.Inner {
				continue
			}
			if seen.Again {
				p.t.Errorf("the focus comes back to a place before it has left the page, after %s: is it caught?", stops[len(stops)-1])
				return stops
			}
			stops = append(stops, seen.Stop)
		}
	}
	p.t.Errorf("the focus has not left the page after %d stops", maxStops)
	return stops
}

// String names a stop for a message.
func (s Stop) String() string {
	return strings.TrimSpace(fmt.Sprintf("%s %q %s", s.Tag, s.Name, s.Href))
}

// TabWalk is Walk, and fails the test for each stop that cannot be seen, that
// shows no mark of the focus, or that has no name.
func (p *Page) TabWalk() []Stop {
	p.t.Helper()
	stops := p.Walk()
	for i, s := range stops {
		for _, wrong := range s.Faults() {
			p.t.Errorf("%s: focus stop %d, %s: %s", p.URL(), i+1, s, wrong)
		}
	}
	return stops
}

// Faults says what is wrong with a stop.
func (s Stop) Faults() []string {
	var out []string
	if !s.Seen {
		out = append(out, "it cannot be seen while it has the focus")
	}
	if !s.Marked {
		out = append(out, "it looks the same with the focus and without")
	}
	if s.Name == "" {
		out = append(out, "it has no name")
	}
	return out
}
