package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/chromedp/chromedp"
)

// chrome is one Chromium for all runs.
type chrome struct {
	ctx   context.Context
	close func()
	dir   string
}

func openBrowser(dir string) (*chrome, error) {
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.DisableGPU, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	if path := os.Getenv("PLAIT_CHROMIUM"); path != "" {
		opts = append(opts, chromedp.ExecPath(path))
	}
	if os.Getuid() == 0 {
		opts = append(opts, chromedp.NoSandbox)
	}
	alloc, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, cancel := chromedp.NewContext(alloc)
	return &chrome{ctx, func() { cancel(); stop() }, dir}, chromedp.Do(ctx)
}

// eval gives the value of an expression in a page, waiting for promises.
func eval[T any](ctx context.Context, expression string) (T, error) {
	step, stop := context.WithTimeout(ctx, 30*time.Second)
	defer stop()
	return chromedp.Run(step, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// wait waits until an expression holds in a page.
func wait(ctx context.Context, what, expression string, most time.Duration) error {
	for end := time.Now().Add(most); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if ok, err := eval[bool](ctx, expression); err == nil && ok {
			return nil
		}
	}
	return fmt.Errorf("%s: not so after %v", what, most)
}

// byBrowser writes the cards in the real form: the first half without a signal after a
// reload, the rest while the bad network and the kills go on, with a second tab open.
func (b *chrome) byBrowser(h *hall) func(context.Context, *afternoon) error {
	return func(_ context.Context, a *afternoon) error {
		tab, closeTab := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
		defer closeTab()
		ctx, stop := context.WithTimeout(tab, 8*time.Minute)
		defer stop()
		h.network.run(a.seed, false)
		form := h.network.URL + "/evidence/" + a.project + "/capture"
		if err := chromedp.Do(ctx); err != nil {
			return err
		}
		if err := b.signIn(ctx, h); err != nil {
			return err
		}
		if err := chromedp.Do(ctx, chromedp.Navigate(form)); err != nil {
			return err
		}
		if err := wait(ctx, "the form is kept", `navigator.serviceWorker.controller && caches.open("plait-forms").then(c => c.match(location.pathname)).then(Boolean)`, time.Minute); err != nil {
			return err
		}
		h.network.run(a.seed, true)
		h.network.signal(false)
		if err := chromedp.Do(ctx, chromedp.Reload()); err != nil {
			return fmt.Errorf("without a signal the form does not open: %w", err)
		}
		half := len(a.cards) / 2
		for i, c := range a.cards[:half] {
			if err := b.save(ctx, c); err != nil {
				return fmt.Errorf("card %d: %w", i+1, err)
			}
		}
		h.network.signal(true)
		second, closeSecond := chromedp.NewContext(tab) // another tab of the same window
		defer closeSecond()
		late, stopLate := context.WithTimeout(second, 8*time.Minute)
		defer stopLate()
		if err := chromedp.Do(late, chromedp.Navigate(form)); err != nil {
			return err
		}
		for i, c := range a.cards[half:] {
			if err := b.save(ctx, c); err != nil {
				return fmt.Errorf("card %d: %w", half+i+1, err)
			}
		}
		empty := `new Promise(done => { const r = indexedDB.open("plait-work"); r.onsuccess = () => { const c = r.result.transaction("work").objectStore("work").count(); c.onsuccess = () => { r.result.close(); done(c.result === 0) } } })`
		if err := wait(ctx, "everything is sent", empty, 5*time.Minute); err != nil {
			// Why: what the server, the locks and the page's own question say.
			locks, _ := eval[string](ctx, `navigator.locks.query().then(JSON.stringify)`)
			ready, asked := eval[string](ctx, `fetch("/evidence/capture/ready?for=" + document.body.dataset.keeper).then(r => String(r.status), String)`)
			state, _ := eval[string](ctx, `document.visibilityState + " " + document.querySelector("#unsent").innerText`)
			h.network.mu.Lock()
			defer h.network.mu.Unlock()
			return fmt.Errorf("%w: server answers %v (%v), off %v, gone %d, locks %s, ready %s %v: %.300s", err, h.server.answers(), h.server.err, h.network.off, h.network.gone, locks, ready, asked, state)
		}
		return nil
	}
}

// signIn signs the window in by a link of the operator's.
func (b *chrome) signIn(ctx context.Context, h *hall) error {
	out, err := h.server.run(ctx, "account", "link", "--email", "hall@example.org", "--json")
	if err != nil {
		return err
	}
	path, err := enterPath(out)
	if err != nil {
		return err
	}
	if err := chromedp.Do(ctx, chromedp.Navigate(h.network.URL+path)); err != nil {
		return err
	}
	if _, err := eval[bool](ctx, `(document.querySelector("main form").submit(), true)`); err != nil {
		return err
	}
	return wait(ctx, "signing in", `document.readyState === "complete" && Boolean(document.body.dataset.keeper)`, time.Minute)
}

// save fills one card and presses Save.
func (b *chrome) save(ctx context.Context, c card) error {
	var names []string
	for _, f := range c.files {
		name := filepath.Join(b.dir, "photos", f.name)
		if err := os.WriteFile(name, f.body, 0o600); err != nil {
			return err
		}
		names = append(names, name)
	}
	words, err := json.Marshal(c.words)
	if err != nil {
		return err
	}
	if _, err := eval[bool](ctx, fmt.Sprintf(`(document.querySelector("#words").value = %s, true)`, words)); err != nil {
		return err
	}
	step, stop := context.WithTimeout(ctx, 30*time.Second)
	defer stop()
	if err := chromedp.Do(step, chromedp.SetUploadFiles("#file", names)); err != nil {
		return err
	}
	if err := wait(ctx, "the photos are chosen", fmt.Sprintf(`document.querySelectorAll("#chosen li").length === %d`, len(names)), 30*time.Second); err != nil {
		return err
	}
	if _, err := eval[bool](ctx, `(document.querySelector("#capture button[type=submit]").click(), true)`); err != nil {
		return err
	}
	return wait(ctx, "the form is empty again", `document.querySelector("#words").value === "" && document.querySelectorAll("#chosen li").length === 0`, 30*time.Second)
}
