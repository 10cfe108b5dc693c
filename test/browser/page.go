package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Page is one private window. Every step fails the test when it cannot be done.
// A selector is CSS.
type Page struct {
	t     testing.TB
	ctx   context.Context
	noJS  bool
	axe   bool // its window has been given axe
	width int

	mu      sync.Mutex
	trouble []string // what the page itself complained of
}

func (p *Page) prepare(set setup, url string, width int) {
	p.t.Helper()
	p.noJS, p.width = set.noJS, width
	// The window lives as long as the context of its first step, so that one has
	// no limit of its own.
	if err := chromedp.Do(p.ctx); err != nil {
		p.t.Fatalf("open a window: %v", err)
	}
	if err := chromedp.Listen(p.ctx, p.hear); err != nil {
		p.t.Fatalf("open a window: %v", err)
	}
	p.do("prepare the window", chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		if set.print {
			if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}); err != nil {
				return err
			}
		}
		if set.noWorker {
			if _, err := chromedp.Call(ctx, network.SetBypassServiceWorker, network.SetBypassServiceWorkerParams{Bypass: true}); err != nil {
				return err
			}
		}
		for name, value := range set.cookies {
			if _, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: url}); err != nil {
				return err
			}
		}
		if set.noJS {
			_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
			return err
		}
		return nil
	}))
	p.Width(width)
}

// hear notes errors of scripts and breaches of the content security policy.
// It runs on the event goroutine, so it only writes them down.
func (p *Page) hear(ev any) {
	var said string
	switch e := ev.(type) {
	case *runtime.EventExceptionThrown:
		said = "script error: " + e.ExceptionDetails.Text
		if x := e.ExceptionDetails.Exception; x != nil && x.Description != "" {
			said = "script error: " + x.Description
		}
	case *log.EventEntryAdded:
		if e.Entry.Source != log.EntrySourceSecurity && !strings.Contains(e.Entry.Text, "Content Security Policy") {
			return
		}
		said = string(e.Entry.Level) + ": " + e.Entry.Text + " " + e.Entry.URL
	default:
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.trouble = append(p.trouble, said)
}

// Trouble gives what the page complained of so far, and takes it off the list
// that fails the test at its end.
func (p *Page) Trouble() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := p.trouble
	p.trouble = nil
	return out
}

func (p *Page) reportTrouble() {
	for _, said := range p.Trouble() {
		p.t.Errorf("the page itself reports: %s", said)
	}
}

// Context is the window's, for steps that this package does not name.
func (p *Page) Context() context.Context { return p.ctx }

func (p *Page) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	run(p, what, chromedp.Steps(steps...))
}

// run runs one step, and fails the test when it takes longer than PerStep.
func run[T any](p *Page, what string, step chromedp.Action[T]) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, PerStep)
	defer cancel()
	v, err := chromedp.Run(ctx, step)
	if err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
	return v
}

// Eval gives the value of a JavaScript expression. A promise is waited for.
func Eval[T any](p *Page, expression string) T {
	p.t.Helper()
	return run(p, fmt.Sprintf("in the page, %.200s", expression), chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// try is Eval while a page may be on its way: what cannot be said yet is the
// zero value. Use it where the answer is asked for again.
func try[T any](p *Page, expression string) T {
	ctx, cancel := context.WithTimeout(p.ctx, PerStep)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		var zero T
		return zero
	}
	return v
}

// Go shows another address in the same window.
func (p *Page) Go(url string) {
	p.t.Helper()
	p.do("open "+url, chromedp.Navigate(url))
}

// Width makes the window that many CSS pixels wide.
func (p *Page) Width(width int) {
	p.t.Helper()
	p.do("set the width", chromedp.EmulateViewport(int64(width), 800))
}

// Reload shows the page again.
func (p *Page) Reload() { p.t.Helper(); p.do("reload", chromedp.Reload()) }

// Back goes back one page. The browser may keep the page it left as it was, so
// the address is waited for, not a load.
func (p *Page) Back() {
	p.t.Helper()
	past := run(p, "read the history", chromedp.NavigationEntries())
	if past.CurrentIndex < 1 {
		p.t.Fatalf("go back from %s: there is no page before it", p.URL())
	}
	entry := past.Entries[past.CurrentIndex-1]
	p.do("go back", chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, page.NavigateToHistoryEntry, page.NavigateToHistoryEntryParams{EntryID: entry.ID})
		return err
	}))
	p.until("go back to "+entry.URL, func() bool {
		return try[string](p, "document.readyState === 'complete' ? location.href : ''") == entry.URL
	})
}

// URL is the address shown.
func (p *Page) URL() string { p.t.Helper(); return Eval[string](p, "location.href") }

// Title is the page's title.
func (p *Page) Title() string { p.t.Helper(); return Eval[string](p, "document.title") }

// Wait waits until an element can be seen.
func (p *Page) Wait(selector string) {
	p.t.Helper()
	p.middle(selector, false)
}

// Gone waits until no element fits the selector.
func (p *Page) Gone(selector string) {
	p.t.Helper()
	p.until("wait until gone: "+selector, func() bool {
		return try[bool](p, fmt.Sprintf("document.querySelector(%s) === null", quote(selector)))
	})
}

// until asks again and again until ok holds. The page's own timers do not run
// when scripts are off, so the asking is done from here.
func (p *Page) until(what string, ok func() bool) {
	p.t.Helper()
	for end := time.Now().Add(PerStep); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			p.t.Fatalf("%s: not so after %v, at %s", what, PerStep, p.URL())
		}
	}
}

// middle waits until an element can be seen and gives its middle in the window.
func (p *Page) middle(selector string, scroll bool) (x, y float64) {
	p.t.Helper()
	type place struct{ X, Y float64 }
	var at, last *place
	// Twice at the same place: a picture that comes late moves what lies below it.
	p.until("wait for "+selector, func() bool {
		last = at
		at = try[*place](p, fmt.Sprintf(`(() => {
			const el = document.querySelector(%s);
			if (!el || document.readyState === "loading" || Array.from(document.images).some(i => !i.complete && i.loading !== "lazy")) return null;
			if (%t) el.scrollIntoView({block: "center", behavior: "instant"});
			const r = (el.getClientRects()[0] || el.getBoundingClientRect());
			if (r.width === 0 || r.height === 0 || getComputedStyle(el).visibility !== "visible") return null;
			return {X: r.left + r.width / 2, Y: r.top + r.height / 2};
		})()`, quote(selector), scroll))
		return at != nil && last != nil && *at == *last
	})
	return at.X, at.Y
}

// Click clicks an element and returns at once. Use Follow where a page loads.
func (p *Page) Click(selector string) {
	p.t.Helper()
	x, y := p.middle(selector, true)
	p.do("click "+selector, chromedp.MouseClickXY(x, y))
}

// Follow clicks an element and waits until the page it leads to has loaded. It
// gives the HTTP status of that page.
func (p *Page) Follow(selector string) int {
	p.t.Helper()
	x, y := p.middle(selector, true)
	ctx, cancel := context.WithTimeout(p.ctx, PerStep)
	defer cancel()
	resp, err := chromedp.RunResponse(ctx, chromedp.MouseClickXY(x, y))
	if err != nil {
		p.t.Fatalf("follow %s: %v", selector, err)
	}
	if resp == nil {
		p.t.Fatalf("follow %s: no page was loaded", selector)
	}
	return int(resp.Status)
}

// Fill puts text into a field in place of what it held, key by key.
func (p *Page) Fill(selector, text string) {
	p.t.Helper()
	p.focus(selector)
	Eval[bool](p, `(document.activeElement.value = "", true)`)
	p.do("fill "+selector, chromedp.KeyEvent(text))
}

// Paste puts text into a field in one step, as a person pastes, and tells the
// page so.
func (p *Page) Paste(selector, text string) {
	p.t.Helper()
	p.focus(selector)
	Eval[bool](p, fmt.Sprintf(`(document.activeElement.value = %s, document.activeElement.dispatchEvent(new Event("input", {bubbles: true})))`, quote(text)))
}

// focus waits for a field and puts the focus on it.
func (p *Page) focus(selector string) {
	p.t.Helper()
	p.middle(selector, true)
	if !Eval[bool](p, fmt.Sprintf(`(() => { const el = document.querySelector(%s); el.focus(); return el === document.activeElement })()`, quote(selector))) {
		p.t.Fatalf("%s does not take the focus", selector)
	}
}

// quote writes text as a JavaScript string.
func quote(text string) string {
	b, err := json.Marshal(text)
	if err != nil {
		return `""` // a string always has a JSON form
	}
	return string(b)
}

// Upload puts files into a file field.
func (p *Page) Upload(selector string, files ...string) {
	p.t.Helper()
	for i, f := range files {
		abs, err := filepath.Abs(f)
		if err != nil {
			p.t.Fatal(err)
		}
		files[i] = abs
	}
	p.do("choose files", chromedp.SetUploadFiles(selector, files))
}

// Press presses keys where the focus is, such as "\t", "\r" or kb.ArrowDown.
func (p *Page) Press(keys string) {
	p.t.Helper()
	p.do("press a key", chromedp.KeyEvent(keys))
}

// Text is what can be read in an element.
func (p *Page) Text(selector string) string {
	p.t.Helper()
	p.until("wait for "+selector, func() bool {
		return try[bool](p, fmt.Sprintf("document.querySelector(%s) !== null", quote(selector)))
	})
	return strings.TrimSpace(Eval[string](p, fmt.Sprintf("document.querySelector(%s).innerText", quote(selector))))
}

// Reads says whether the page's visible words hold text.
func (p *Page) Reads(text string) bool {
	p.t.Helper()
	return strings.Contains(Eval[string](p, "document.body.innerText"), text)
}

// Count is how many elements fit a selector.
func (p *Page) Count(selector string) int {
	p.t.Helper()
	return Eval[int](p, fmt.Sprintf("document.querySelectorAll(%s).length", quote(selector)))
}

// PDF prints the page to a tagged PDF, in the page size that its style asks.
func (p *Page) PDF() []byte {
	p.t.Helper()
	return run(p, "print", chromedp.PrintToPDF(chromedp.PDFPaper(chromedp.PaperA4),
		chromedp.PDFPreferCSSPageSize(), chromedp.PDFPrintBackground(),
		func(params *page.PrintToPDFParams) { yes := true; params.GenerateTaggedPDF = &yes }))
}

var unsafeName = regexp.MustCompile(`[^a-z0-9-]+`)

// Screenshot writes the whole page to NAME.png in the folder that PLAIT_SHOTS
// names, to be looked at by a person. Without PLAIT_SHOTS it does nothing.
func (p *Page) Screenshot(name string) {
	p.t.Helper()
	dir := os.Getenv("PLAIT_SHOTS")
	if dir == "" {
		return
	}
	buf := run(p, "take a picture", chromedp.FullScreenshot(100))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		p.t.Fatal(err)
	}
	file := unsafeName.ReplaceAllString(strings.ToLower(name), "-") + ".png"
	if err := os.WriteFile(filepath.Join(dir, file), buf, 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// unique drops repeats and keeps the order.
func unique(in []string) []string {
	var out []string
	for _, s := range in {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
