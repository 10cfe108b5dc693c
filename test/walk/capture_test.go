package walk_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"plait/internal/spine/ref"
	"plait/internal/spine/who"
	"plait/test/browser"
)

// hall is a served house whose signal can go, and a facilitator who is signed in there.
type hall struct {
	*street
	gone   atomic.Bool  // no signal: connections are cut
	refuse atomic.Int64 // HTTP status that capture posts get instead; 0 = none
}

func openHall(t *testing.T) *hall {
	t.Helper()
	h := &hall{street: open(t)}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h.gone.Load() {
			c, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				_ = c.Close()
			}
			return
		}
		if n := h.refuse.Load(); n != 0 && r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/capture") {
			w.WriteHeader(int(n))
			return
		}
		h.Handler.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	h.URL = srv.URL
	h.member("hall@example.org", "Sam Hall", who.ProjectLead, ref.Of(ref.Project, h.Project))
	return h
}

func (h *hall) form() string { return h.URL + "/evidence/" + h.Project + "/capture" }

// enter opens the form, signed in.
func (h *hall) enter(t *testing.T, email string, width int, opts ...browser.Option) *browser.Page {
	t.Helper()
	p := chrome.Open(t, h.URL+"/account/sign-in", width, opts...)
	h.signInWindow(p, email)
	p.Go(h.form())
	return p
}

// kept is the contributions of the project: their words, and how many files each has.
func (h *hall) kept() map[string]int {
	out := map[string]int{}
	for _, c := range h.run(h.AsOperator(), "evidence.list", map[string]any{"project": h.Project, "limit": 500})["contributions"].([]any) {
		m := c.(map[string]any)
		media, _ := m["media"].([]any)
		key := m["words"].(string)
		if _, twice := out[key]; twice {
			h.t.Errorf("%q is there twice", key)
		}
		out[key] = len(media)
	}
	return out
}

// becomes waits for something that happens by itself.
func becomes(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not so after 20 s", what)
		}
	}
}

// photo is a JPEG as a phone makes it, of so many pixels.
func photo(t *testing.T, width, height int) string {
	t.Helper()
	random := rand.New(rand.NewPCG(uint64(width), uint64(height)))
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.SetRGBA(x, y, color.RGBA{uint8(x >> 3), uint8(y>>3) ^ uint8(random.Uint32()&31), uint8(x + y), 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 92}); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), fmt.Sprintf("photo-%d.jpg", width))
	if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// ready waits until the form's script runs and the worker has kept the form.
func (h *hall) ready(t *testing.T, p *browser.Page) {
	t.Helper()
	path := strings.TrimPrefix(h.form(), h.URL)
	becomes(t, "the form and the list are kept", func() bool {
		return browser.Eval[bool](p, fmt.Sprintf(`caches.open("plait-forms").then(c => Promise.all([c.match(%q), c.match(%q)])).then(all => all.every(Boolean))`, path, path+"/waiting")) &&
			browser.Eval[bool](p, `Boolean(navigator.serviceWorker.controller)`)
	})
}

const unsentItems = "#unsent-list > li"

// card fills one card and saves it.
func card(p *browser.Page, words string, photos ...string) {
	if words != "" {
		p.Fill("#words", words)
	}
	if len(photos) > 0 {
		p.Upload("#file", photos...)
		p.Wait("#chosen li")
	}
	p.Click("#capture button[type=submit]")
	p.Gone("#chosen li")
}

// TestHallWithoutASignal is the everyday: the form opens without a signal, three cards with
// photos are saved, and when the signal is back each is there, once.
func TestHallWithoutASignal(t *testing.T) {
	h := openHall(t)
	p := h.enter(t, "hall@example.org", phone)
	h.ready(t, p)
	h.gone.Store(true)
	p.Reload()
	if !p.Reads("Sam Hall") {
		t.Fatalf("without a signal the form says not whom it is kept for: %s", p.Text("main"))
	}
	big := photo(t, 4000, 3000)
	for i := range 3 {
		card(p, fmt.Sprintf("Card %d: we wait in the rain", i+1), big)
		if focus := browser.Eval[string](p, "document.activeElement.id + document.activeElement.value"); focus != "words" {
			t.Errorf("after saving the focus is in %q, want the empty words", focus)
		}
	}
	becomes(t, "three wait", func() bool { return p.Count(unsentItems) == 3 })
	if n := len(h.kept()); n != 0 {
		t.Fatalf("%d came through without a signal", n)
	}
	if !p.Reads("3 not sent yet") || !p.Reads("1 photo") {
		t.Errorf("the list does not count: %s", p.Text("#unsent"))
	}
	p.Screenshot("capture waiting")
	h.gone.Store(false)
	becomes(t, "all are sent", func() bool { return p.Count(unsentItems) == 0 })
	got := h.kept()
	for i := range 3 {
		if n, ok := got[fmt.Sprintf("Card %d: we wait in the rain", i+1)]; !ok || n != 1 {
			t.Errorf("card %d: there %v, %d photos", i+1, ok, n)
		}
	}
	if len(got) != 3 {
		t.Errorf("%d contributions, want 3: %v", len(got), got)
	}
}

// leave ends the window's session as time does: the device is not told.
func (h *hall) leave(t *testing.T, p *browser.Page) {
	t.Helper()
	status := browser.Eval[int](p, `fetch("/account/sign-out", {method: "POST", redirect: "manual"}).then(r => r.type === "opaqueredirect" ? 200 : r.status)`)
	if status != http.StatusOK {
		t.Fatalf("ending the session: %d", status)
	}
}

// TestHallKeepsWork holds on to what cannot be sent: after the session has ended, through a
// file, and when someone wants to sign out.
func TestHallKeepsWork(t *testing.T) {
	h := openHall(t)
	p := h.enter(t, "hall@example.org", phone)
	h.ready(t, p)
	h.leave(t, p)
	small := photo(t, 800, 600)
	card(p, "Nobody is signed in", small)
	becomes(t, "it asks to sign in", func() bool { return p.Count(unsentItems+" a[href*=sign-in]") == 1 })
	if n := len(h.kept()); n != 0 {
		t.Fatalf("%d were stored for nobody", n)
	}

	// Someone else signs in on the device: they see that there is something, and not what.
	h.member("other@example.org", "Ann Other", who.ProjectLead, ref.Of(ref.Project, h.Project))
	h.signInWindow(p, "other@example.org")
	p.Go(h.form())
	becomes(t, "they are told", func() bool { return p.Reads("1 of someone else") })
	if p.Reads("Nobody is signed in") || p.Count(unsentItems) != 0 {
		t.Errorf("someone else's words are shown: %s", p.Text("main"))
	}
	if n := len(h.kept()); n != 0 {
		t.Fatalf("%d were sent by someone else", n)
	}

	// The one who wrote it signs in again, and it goes.
	h.leave(t, p)
	h.signInWindow(p, "hall@example.org")
	p.Go(h.form())
	becomes(t, "it is sent", func() bool { return p.Count(unsentItems) == 0 && len(h.kept()) == 1 })

	// Signing out with unsent work asks first, with the number on every page before.
	p.Go(h.form()) // signing out had taken the kept pages away
	h.ready(t, p)
	h.gone.Store(true)
	card(p, "Before signing out", small)
	becomes(t, "it waits", func() bool { return p.Count(unsentItems) == 1 })
	file := browser.Eval[string](p, `new Promise(done => {
		const make = URL.createObjectURL;
		URL.createObjectURL = b => { if (b.type === "application/json") b.text().then(done); return make.call(URL, b); };
		document.querySelector("#unsent-save").click();
	})`)
	p.Go(h.form() + "/waiting")
	becomes(t, "the list opens without a signal", func() bool { return p.Count(unsentItems) == 1 })
	h.refuse.Store(503)
	h.gone.Store(false)
	p.Go(h.URL + "/evidence/" + h.Project)
	p.Wait("a[data-waiting]")
	if text := p.Text("a[data-waiting]"); text != "1 not sent yet" {
		t.Errorf("the header says %q", text)
	}
	p.Follow("form.pl-header__out button")
	if !strings.Contains(p.URL(), "/capture/waiting?out=1") || !p.Reads("before you sign out") {
		t.Fatalf("signing out does not ask: %s", p.URL())
	}
	becomes(t, "it is listed", func() bool { return p.Count(unsentItems) == 1 })
	p.Axe()
	p.NoSideScroll(320)
	p.Screenshot("capture sign out")
	p.Click("#unsent-clear")
	p.Wait("#unsent-clear-yes")
	p.Follow("#unsent-clear-yes")
	becomes(t, "signed out", func() bool { return p.Count("form.pl-header__out") == 0 })
	if left := browser.Eval[bool](p, `caches.has("plait-forms")`); left {
		t.Error("signing out leaves the kept forms")
	}
	h.refuse.Store(0)

	// The file brings it back under its key, and it is stored once however often that is done.
	h.signInWindow(p, "hall@example.org")
	saved := filepath.Join(t.TempDir(), "saved.json")
	if err := os.WriteFile(saved, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		p.Go(h.form() + "/waiting")
		p.Upload("#unsent-back", saved)
		becomes(t, "it is back and sent", func() bool { return p.Reads("Everything is sent") && len(h.kept()) == 2 })
	}
	if n := h.kept()["Before signing out"]; n != 1 {
		t.Errorf("it came back with %d photos, want 1", n)
	}
}

// TestHallRefusal keeps what the server says no to, with the reason, until a person mends it.
func TestHallRefusal(t *testing.T) {
	h := openHall(t)
	p := h.enter(t, "hall@example.org", phone)
	p.Click("#shared summary")
	p.Click("#shared summary")
	p.Fill("#on", "some day in May")
	card(p, "The day is wrong")
	p.Wait(unsentItems + ".pl-unsent__item--help")
	if n := len(h.kept()); n != 0 {
		t.Fatalf("%d stored", n)
	}
	p.Screenshot("capture help")
	p.Click(unsentItems + " button")
	if got := browser.Eval[string](p, `document.querySelector("#words").value`); got != "The day is wrong" {
		t.Fatalf("the form holds %q", got)
	}
	p.Click("#shared summary")
	p.Fill("#on", "5/5/2026")
	p.Click("#capture button[type=submit]")
	becomes(t, "it is sent", func() bool { return p.Count(unsentItems) == 0 && len(h.kept()) == 1 })
}

// TestHallForm looks at the form as everyone may meet it.
func TestHallForm(t *testing.T) {
	h := openHall(t)
	p := h.enter(t, "hall@example.org", phone)
	p.Axe()
	p.NoSideScroll(320)
	p.TabWalk()
	if small := p.SmallTargets("#capture button, #capture input:not([type=hidden]), #worry, .govuk-file-upload", 44); len(small) > 0 {
		t.Errorf("small targets: %q", small)
	}
	p.Screenshot("capture form")
	// Nothing in it: said where it is, and nothing is kept.
	p.Click("#capture button[type=submit]")
	p.Wait("#capture-error")
	if p.Count(unsentItems) != 0 {
		t.Error("an empty card was kept")
	}
	// What was typed outlives a page that the phone threw away.
	p.Fill("#words", "Half a sentence")
	p.Reload()
	becomes(t, "it is still there", func() bool {
		return browser.Eval[string](p, `document.querySelector("#words").value`) == "Half a sentence"
	})
	// A worry: two presses, with the card it is about.
	h.gone.Store(true)
	p.Click("#worry")
	p.Wait("#worry-yes")
	p.Axe()
	p.Screenshot("capture worry")
	p.Click("#worry-yes")
	becomes(t, "card and worry wait", func() bool { return p.Count(unsentItems) == 2 })
	h.gone.Store(false)
	becomes(t, "both are sent", func() bool { return p.Count(unsentItems) == 0 })
	if n := h.kept(); len(n) != 1 {
		t.Errorf("the card the worry is about: %v", n)
	}
	passed := h.run(h.As(who.Safeguarding), "worry.list", map[string]any{})
	if list, _ := passed["notes"].([]any); len(list) != 1 || !strings.Contains(fmt.Sprint(list[0]), "contribution:") {
		t.Errorf("the safeguarding lead has %v", passed)
	}
	p.Width(laptop)
	p.Reload()
	p.Screenshot("capture form wide")

	resp, script := h.visitor().get("/public/offline.js")
	for name, want := range map[string]string{"Cache-Control": "no-cache", "Service-Worker-Allowed": "/", "Content-Type": "text/javascript; charset=utf-8"} {
		if got := resp.Header.Get(name); got != want {
			t.Errorf("the worker's %s is %q, want %q", name, got, want)
		}
	}
	for _, want := range []string{"/static/app-", "/static/evidence-capture-", ".woff2"} {
		if !strings.Contains(script, want) {
			t.Errorf("the worker does not keep %s", want)
		}
	}

	plain := h.enter(t, "hall@example.org", phone, browser.WithoutJS)
	plain.Fill("#words", "Without a script")
	plain.Upload("#file", photo(t, 640, 480))
	if status := plain.Follow("#capture button[type=submit]"); status != http.StatusOK {
		t.Errorf("without scripts: %d", status)
	}
	if got := h.kept(); got["Without a script"] != 1 {
		t.Errorf("without scripts there is %v", got)
	}
	plain.Screenshot("capture form without scripts")
}

// onDevice is whose device a window's is, as the outbox names them.
func onDevice(p *browser.Page) string { return browser.Eval[string](p, "document.body.dataset.keeper") }

// outbox puts unsent work on the device as an earlier visit left it.
func outbox(t *testing.T, p *browser.Page, item map[string]any) {
	t.Helper()
	text, err := json.Marshal(item)
	if err != nil {
		t.Fatal(err)
	}
	if !browser.Eval[bool](p, fmt.Sprintf(`new Promise((done, fail) => {
		const ask = indexedDB.open("plait-work");
		ask.onerror = () => fail(ask.error);
		ask.onsuccess = () => {
			const tx = ask.result.transaction("work", "readwrite");
			tx.objectStore("work").put(%s);
			tx.oncomplete = () => (ask.result.close(), done(true));
			tx.onerror = () => fail(tx.error);
		};
	})`, text)) {
		t.Fatal("nothing was put on the device")
	}
}

// TestHallRefusedOneOfSeveral takes someone's role in one project away while cards of two
// wait: that card asks for help, and neither the other card nor a worry waits for it.
func TestHallRefusedOneOfSeveral(t *testing.T) {
	h := openHall(t)
	second := strings.TrimPrefix(h.run(h.AsOperator(), "project.start", map[string]any{"title": "Sleep at home"})["ref"].(string), "project:")
	h.member("hall@example.org", "Sam Hall", who.ProjectLead, ref.Of(ref.Project, second))
	p := h.enter(t, "hall@example.org", phone)
	h.refuse.Store(http.StatusServiceUnavailable)
	card(p, "From the first hall")
	becomes(t, "the first waits", func() bool { return p.Count(unsentItems) == 1 })
	p.Go(h.URL + "/evidence/" + second + "/capture")
	card(p, "From the second hall")
	becomes(t, "both wait", func() bool { return p.Count(unsentItems) == 2 })
	account, _, _ := strings.Cut(onDevice(p), ".")
	h.run(h.AsOperator(), "account.take", map[string]any{"account": account, "role": who.ProjectLead, "scope": ref.Of(ref.Project, h.Project)})
	h.member("hall@example.org", "Sam Hall", who.HostStaff, ref.Of(ref.Project, h.Project)) // sees the project and may not give
	h.refuse.Store(0)
	becomes(t, "the second is sent and the first asks for help", func() bool {
		return p.Count(unsentItems) == 1 && p.Count(unsentItems+".pl-unsent__item--help") == 1
	})
	if text := p.Text("#unsent"); !strings.Contains(text, "From the first hall") || strings.Contains(text, "not signed in") {
		t.Errorf("the list says %s", text)
	}
	given := h.run(h.AsOperator(), "evidence.list", map[string]any{"project": second})
	if list, _ := given["contributions"].([]any); len(list) != 1 {
		t.Errorf("the second project has %v", given)
	}
}

// TestHallRefusedWorry helps with a worry about a card that is not there any more: it goes
// without the card.
func TestHallRefusedWorry(t *testing.T) {
	h := openHall(t)
	p := h.enter(t, "hall@example.org", phone)
	outbox(t, p, map[string]any{"key": strings.Repeat("0a", 16), "type": "worry", "keeper": onDevice(p), "project": h.Project, "title": "Falls at home",
		"at": time.Now().UnixMilli(), "fields": []any{}, "files": []any{}, "about": "contribution:019cadfd-8900-7014-a704-e0f9149df912", "state": "waits", "tries": 0})
	p.Reload()
	p.Wait(unsentItems + ".pl-unsent__item--help")
	own := "/worry/pass?project=" + h.Project
	if p.Count(unsentItems+` a[href="`+own+`"]`) != 1 {
		t.Errorf("no way to the worry's own form: %s", p.Text("#unsent"))
	}
	p.Axe()
	p.Screenshot("capture worry help")
	p.Click(unsentItems + " button")
	becomes(t, "it is sent", func() bool { return p.Count(unsentItems) == 0 })
	passed := h.run(h.As(who.Safeguarding), "worry.list", map[string]any{})
	if list, _ := passed["notes"].([]any); len(list) != 1 || strings.Contains(fmt.Sprint(list[0]), "contribution:") {
		t.Errorf("the safeguarding lead has %v", passed)
	}
	if status := statusOf(p, h.URL+own); status != http.StatusOK {
		t.Errorf("the worry's own form: %d", status)
	}
}

// TestHallAsksAboutWhatWasBegun signs out with a recording that was not kept, and with words
// that were typed and not saved: both are told first, offered again, and gone when cleared.
func TestHallAsksAboutWhatWasBegun(t *testing.T) {
	h := openHall(t)
	p := h.enter(t, "hall@example.org", phone)
	p.Fill("#words", "Half a sentence")
	record := h.URL + "/evidence/" + h.Project + "/record"
	makeTake := func() {
		t.Helper()
		p.Go(record)
		p.Click("[data-yes]")
		p.Click("[data-do=start]")
		holds(t, p, "time goes on", `document.querySelector("[data-clock]").textContent >= "0:01"`)
		p.Click("[data-do=pause]")
		holds(t, p, "it pauses", doing+` === "paused"`)
		time.Sleep(300 * time.Millisecond)
		browser.Eval[bool](p, `(document.querySelector("[data-recorder]").dataset.leave = "yes", true)`)
	}
	makeTake()
	out := func() {
		t.Helper()
		p.Go(h.URL + "/evidence/" + h.Project)
		p.Follow("form.pl-header__out button")
		if !strings.Contains(p.URL(), "/capture/waiting?out=1") {
			t.Fatalf("signing out does not ask: %s", p.URL())
		}
		becomes(t, "both are listed", func() bool { return p.Count(unsentItems) == 2 })
	}
	out()
	for _, want := range []string{"A recording of 0:0", "offered to you again", "Half a sentence", "not a card yet"} {
		if !p.Reads(want) {
			t.Errorf("it does not say %q: %s", want, p.Text("main"))
		}
	}
	if p.Reads("Everything is sent") || p.Reads("Send now") {
		t.Errorf("it says what is not so: %s", p.Text("main"))
	}
	p.Axe()
	p.NoSideScroll(320)
	p.Screenshot("capture sign out begun")

	// Someone else on the device hears nothing of it; whoever made it finds it again.
	h.member("other@example.org", "Ann Other", who.ProjectLead, ref.Of(ref.Project, h.Project))
	h.leave(t, p)
	h.signInWindow(p, "other@example.org")
	p.Go(record)
	p.Click("[data-yes]")
	p.Wait("[data-do=start]")
	time.Sleep(300 * time.Millisecond)
	if now := browser.Eval[string](p, doing); now != "ready" {
		t.Errorf("someone else's recorder is %q: it has a recording that is not theirs", now)
	}
	p.Go(h.form())
	if got := browser.Eval[string](p, `document.querySelector("#words").value`); got != "" {
		t.Errorf("someone else reads %q", got)
	}
	p.Follow("form.pl-header__out button")
	becomes(t, "they are signed out", func() bool { return p.Count("form.pl-header__out") == 0 })
	h.signInWindow(p, "hall@example.org")
	p.Go(record)
	p.Click("[data-yes]")
	holds(t, p, "it is found again", doing+` === "done"`)
	browser.Eval[bool](p, `(document.querySelector("[data-recorder]").dataset.leave = "yes", true)`)
	p.Go(h.form())
	becomes(t, "so are the words", func() bool {
		return browser.Eval[string](p, `document.querySelector("#words").value`) == "Half a sentence"
	})

	out()
	p.Click("#unsent-clear")
	p.Wait("#unsent-clear-yes")
	p.Follow("#unsent-clear-yes")
	becomes(t, "signed out", func() bool { return p.Count("form.pl-header__out") == 0 })
	h.signInWindow(p, "hall@example.org")
	p.Go(record)
	p.Click("[data-yes]")
	p.Wait("[data-do=start]")
	time.Sleep(300 * time.Millisecond)
	if now := browser.Eval[string](p, doing); now != "ready" {
		t.Errorf("after clearing the recorder is %q", now)
	}
	p.Go(h.form())
	if got := browser.Eval[string](p, `document.querySelector("#words").value`); got != "" {
		t.Errorf("after clearing the form holds %q", got)
	}
}
