package browser

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// axeTags are the rule sets that every page must pass.
const axeTags = `["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]`

// Axe checks the page's accessibility by axe-core and fails the test with a
// line for each violation: rule, what is wrong, and the elements. Pages under
// test hold about 20 rows at most, since 200 rows take three seconds. Rules
// named in except are left out; say why beside the call.
func (p *Page) Axe(except ...string) {
	p.t.Helper()
	for _, v := range p.Violations(except...) {
		p.t.Errorf("axe at %s: %s", p.URL(), v)
	}
}

// Violations gives what Axe would report.
func (p *Page) Violations(except ...string) []string {
	p.t.Helper()
	top, err := root()
	if err != nil {
		p.t.Fatal(err)
	}
	code, err := os.ReadFile(filepath.Join(top, "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		p.t.Fatalf("axe-core is not installed: run make build first: %v", err)
	}
	// Half a megabyte is handed to a window once; pages that it opens later have it at hand.
	if !p.axe {
		p.axe = true
		p.do("keep axe at hand", chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
			_, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: "window.plaitAxe = () => {" + string(code) + "}"})
			return err
		}))
	}
	if !Eval[bool](p, "window.axe || window.plaitAxe && window.plaitAxe(), typeof window.axe === 'object'") {
		Eval[bool](p, string(code)+";typeof axe === 'object'")
	}
	rules := "{"
	for _, id := range except {
		rules += fmt.Sprintf("%q: {enabled: false},", id)
	}
	rules += "}"
	type violation struct {
		ID, Impact, Help string
		Nodes            []string
	}
	found := Eval[[]violation](p, `axe.run(document, {runOnly: {type: "tag", values: `+axeTags+`}, rules: `+rules+`, resultTypes: ["violations"]})
		.then(r => r.violations.map(v => ({ID: v.id, Impact: v.impact, Help: v.help,
			Nodes: v.nodes.map(n => n.target.join(" ") + " — " + (n.any.concat(n.all, n.none)[0] || {message: ""}).message)})))`)
	out := make([]string, 0, len(found))
	for _, v := range found {
		out = append(out, fmt.Sprintf("%s (%s): %s\n      %s", v.ID, v.Impact, v.Help, strings.Join(v.Nodes, "\n      ")))
	}
	return out
}

// NoSideScroll fails the test when the page is wider than a window of that many
// CSS pixels (WCAG 2.2, 1.4.10: 320). It names the elements that stick out. The
// window then has its width again.
func (p *Page) NoSideScroll(width int) {
	p.t.Helper()
	if wide := p.SticksOut(width); len(wide) > 0 {
		p.t.Errorf("%s scrolls sideways at %d pixels: %s", p.URL(), width, strings.Join(wide, "; "))
	}
}

// SticksOut gives the elements that make the page wider than width.
func (p *Page) SticksOut(width int) []string {
	p.t.Helper()
	p.Width(width)
	defer p.Width(p.width)
	return unique(Eval[[]string](p, `(() => {
		const wide = document.documentElement.clientWidth;
		if (document.documentElement.scrollWidth <= wide && document.body.scrollWidth <= wide) return [];
		const out = ["the page is " + document.documentElement.scrollWidth + " wide"];
		for (const el of document.body.querySelectorAll("*")) {
			const r = el.getBoundingClientRect();
			if (r.width === 0 || r.right <= wide + 1) continue;
			let held = false; // something around it scrolls by itself
			for (let up = el.parentElement; up && up !== document.body; up = up.parentElement) {
				if (getComputedStyle(up).overflowX !== "visible") held = true;
			}
			if (!held && out.length < 6) out.push(el.tagName.toLowerCase() + (el.id ? "#" + el.id : "") +
				(el.className && el.className.split ? "." + el.className.split(/\s+/).join(".") : "") + " ends at " + Math.round(r.right));
		}
		return out;
	})()`))
}

// SmallTargets gives the links, buttons and fields smaller than size CSS pixels
// on either side. Links inside a line of text are left out, as WCAG 2.2, 2.5.8
// does.
func (p *Page) SmallTargets(selector string, size int) []string {
	p.t.Helper()
	return Eval[[]string](p, fmt.Sprintf(`Array.from(document.querySelectorAll(%q)).filter(el => {
		const r = el.getBoundingClientRect();
		return r.width > 0 && getComputedStyle(el).display !== "inline" && (r.width < %d || r.height < %d);
	}).map(el => (el.innerText || el.name || el.id) + ": " + Math.round(el.getBoundingClientRect().width) + " by " + Math.round(el.getBoundingClientRect().height))`,
		selector, size, size))
}
