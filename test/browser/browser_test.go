package browser

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var chrome Shared

func TestMain(m *testing.M) { os.Exit(chrome.Main(m)) }

const sound = `<!doctype html><html lang="en-GB"><head><title>Sound</title><meta name="viewport" content="width=device-width, initial-scale=1"><style>
:focus-visible { outline: 3px solid #0b0c0c; } .skip { position: absolute; left: -999px } .skip:focus { left: 0 }
a, button, input { min-height: 44px; display: inline-block } .box { width: 100px; overflow-x: auto } .wide { width: 900px }
@media print { h1 { color: #000 } }</style></head><body>
<a class="skip" href="#main">Skip to the words</a><header><a href="/two">Home</a></header>
<main id="main"><h1>Words</h1><form method="post" action="/send"><label for="said">What was said</label> <input id="said" name="said">
<button>Keep</button></form><div class="box" tabindex="0" role="region" aria-label="Wide table"><div class="wide">a</div></div>
<p id="js">no scripts</p><script>document.getElementById("js").textContent = "scripts run"</script></main></body></html>`

const faulty = `<!doctype html><html><head><title>Faulty</title><style>:focus, :focus-visible { outline: none } #hidden { position: absolute; left: -999px }</style></head><body>
<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw="><div id="long" style="width: 700px">too wide</div>
<a href="/x">plain</a><button id="hidden" style="border: 0">hidden</button><input id="nameless"></body></html>`

const trap = `<!doctype html><html lang="en"><head><title>Trap</title></head><body><button id="a">One</button><button id="b">Two</button><button>Three</button>
<script>b.addEventListener("keydown", e => { if (e.key === "Tab") { e.preventDefault(); a.focus() } })</script></body></html>`

const players = `<!doctype html><html lang="en"><head><title>Players</title></head><body><button>Before</button>
<audio controls aria-label="A talk"></audio><video controls aria-label="A film"></video><button>After</button></body></html>`

// site serves the pages above and says back what a form sent.
func site(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	show := func(path, body, csp string) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			if csp != "" {
				w.Header().Set("Content-Security-Policy", csp)
			}
			fmt.Fprint(w, body)
		})
	}
	show("/sound", sound, "")
	show("/faulty", faulty, "")
	show("/trap", trap, "")
	show("/players", players, "")
	show("/strict", sound, "script-src 'self'")
	show("/throws", `<!doctype html><title>Throws</title><script>throw new Error("ouch")</script>`, "")
	show("/favicon.ico", "", "")
	mux.HandleFunc("POST /send", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(http.StatusUnprocessableEntity)
		fmt.Fprintf(w, `<!doctype html><title>Sent</title><p id="got">%s</p>`, r.PostFormValue("said"))
	})
	mux.HandleFunc("GET /cookie", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		c, err := r.Cookie("who")
		if err != nil {
			http.SetCookie(w, &http.Cookie{Name: "who", Value: "first"})
			fmt.Fprint(w, "<title>new</title>new")
			return
		}
		fmt.Fprint(w, "<title>"+c.Value+"</title>"+c.Value)
	})
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	return srv.URL
}

func TestASoundPagePasses(t *testing.T) {
	p := chrome.Open(t, site(t)+"/sound", 390)
	p.Axe()
	p.NoSideScroll(320)
	want := []Stop{
		{"a", "Skip to the words", "#main", true, true},
		{"a", "Home", "/two", true, true},
		{"input", "What was said", "", true, true},
		{"button", "Keep", "", true, true},
		{"div", "Wide table", "", true, true},
	}
	if diff := cmp.Diff(want, p.TabWalk()); diff != "" {
		t.Errorf("the walk (-want +got):\n%s", diff)
	}
	if small := p.SmallTargets("button, input", 44); len(small) > 0 {
		t.Errorf("small targets: %q", small)
	}
	if w := Eval[int](p, "innerWidth"); w != 390 {
		t.Errorf("the window is %d wide after the checks, want 390", w)
	}
}

func TestFaultsAreFound(t *testing.T) {
	p := chrome.Open(t, site(t)+"/faulty", 390)
	all := strings.Join(p.Violations(), "\n")
	for _, rule := range []string{"image-alt", "html-has-lang", "label"} {
		if !strings.Contains(all, rule+" (") {
			t.Errorf("axe did not find %s:\n%s", rule, all)
		}
	}
	if left := strings.Join(p.Violations("image-alt"), "\n"); strings.Contains(left, "image-alt (") {
		t.Error("a rule that was left out was run")
	}
	wide := strings.Join(p.SticksOut(320), "\n")
	if !strings.Contains(wide, "div#long") {
		t.Errorf("the wide element is not named: %q", wide)
	}
	stops := p.Walk()
	if len(stops) != 3 {
		t.Fatalf("%d stops, want 3: %v", len(stops), stops)
	}
	for i, want := range []string{"looks the same", "cannot be seen", "no name"} {
		if got := strings.Join(stops[i].Faults(), "\n"); !strings.Contains(got, want) {
			t.Errorf("stop %d, %v: %q lacks %q", i, stops[i], got, want)
		}
	}
}

func TestATrapIsFound(t *testing.T) {
	r := &recorder{TB: t}
	p := chrome.Open(r, site(t)+"/trap", 390)
	p.Walk()
	if !strings.Contains(strings.Join(r.said, "\n"), "is it caught?") {
		t.Errorf("the trap was not found: %q", r.said)
	}
}

func TestAPlayerIsOneStop(t *testing.T) {
	p := chrome.Open(t, site(t)+"/players", 390)
	var names []string
	for _, s := range p.TabWalk() {
		names = append(names, s.Tag+" "+s.Name)
	}
	if diff := cmp.Diff([]string{"button Before", "audio A talk", "video A film", "button After"}, names); diff != "" {
		t.Errorf("the walk (-want +got):\n%s", diff)
	}
}

// recorder takes the errors that a page reports, so that a test can want them.
type recorder struct {
	testing.TB
	said []string
}

func (r *recorder) Errorf(format string, args ...any) {
	r.said = append(r.said, fmt.Sprintf(format, args...))
}

func TestChecksFailTheTest(t *testing.T) {
	r := &recorder{TB: t}
	p := chrome.Open(r, site(t)+"/faulty", 390)
	for _, check := range []struct {
		name string
		run  func()
	}{
		{"axe", func() { p.Axe() }},
		{"side scroll", func() { p.NoSideScroll(320) }},
		{"walk", func() { p.TabWalk() }},
	} {
		before := len(r.said)
		check.run()
		if len(r.said) == before {
			t.Errorf("%s: a faulty page passed", check.name)
		}
	}
}

func TestThePagesOwnTroubleIsHeard(t *testing.T) {
	at := site(t)
	for path, want := range map[string]string{"/throws": "ouch", "/strict": "Content Security Policy"} {
		p := chrome.Open(t, at+path, 390)
		if got := strings.Join(p.Trouble(), "\n"); !strings.Contains(got, want) {
			t.Errorf("%s: trouble %q lacks %q", path, got, want)
		}
	}
	// axe works all the same where the policy lets no script in.
	p := chrome.Open(t, at+"/strict", 390)
	p.Axe()
	p.Trouble()
}

func TestScriptsCanBeOff(t *testing.T) {
	at := site(t)
	if got := chrome.Open(t, at+"/sound", 390).Text("#js"); got != "scripts run" {
		t.Errorf("with scripts: %q", got)
	}
	p := chrome.Open(t, at+"/sound", 390, WithoutJS)
	if got := p.Text("#js"); got != "no scripts" {
		t.Errorf("without scripts: %q", got)
	}
	p.Fill("#said", "Diolch")
	if status := p.Follow("button"); status != 422 {
		t.Errorf("status %d, want 422", status)
	}
	if got := p.Text("#got"); got != "Diolch" {
		t.Errorf("the form sent %q", got)
	}
}

func TestStepsDoWhatTheySay(t *testing.T) {
	at := site(t)
	p := chrome.Open(t, at+"/sound", 390)
	p.Paste("#said", "one\ttwo")
	if got := Eval[string](p, `document.querySelector("#said").value`); got != "one\ttwo" {
		t.Errorf("pasted %q", got)
	}
	if p.Count("a") != 2 || p.Count("table") != 0 {
		t.Errorf("%d links and %d tables, want 2 and 0", p.Count("a"), p.Count("table"))
	}
	if !p.Reads("What was said") || p.Reads("never there") {
		t.Error("Reads does not tell what is there")
	}
	if p.Title() != "Sound" || p.URL() != at+"/sound" {
		t.Errorf("title %q at %q", p.Title(), p.URL())
	}
	p.Press("\r") // the field has the focus: the form is sent
	p.Wait("#got")
	p.Back()
	p.Wait("#said")
	p.Gone("#got")
}

func TestEveryOpenIsAStranger(t *testing.T) {
	at := site(t)
	first := chrome.Open(t, at+"/cookie", 390)
	first.Reload()
	second := chrome.Open(t, at+"/cookie", 390)
	third := chrome.Open(t, at+"/cookie", 390, WithCookie("who", "given"))
	if first.Title() != "first" || second.Title() != "new" || third.Title() != "given" {
		t.Errorf("titles %q, %q, %q; want first, new, given", first.Title(), second.Title(), third.Title())
	}
}

func TestAPageCanBePrinted(t *testing.T) {
	buf := chrome.Open(t, site(t)+"/sound", 390, AsPrint).PDF()
	if !bytes.HasPrefix(buf, []byte("%PDF-")) {
		t.Fatalf("not a PDF: %.20q", buf)
	}
	if path, err := exec.LookPath("pdftotext"); err == nil {
		cmd := exec.Command(path, "-", "-")
		cmd.Stdin = bytes.NewReader(buf)
		text, err := cmd.Output()
		if err != nil || !strings.Contains(string(text), "What was said") {
			t.Errorf("the PDF's words: %q, %v", text, err)
		}
	}
}

func TestPicturesAreTakenOnlyWhenAsked(t *testing.T) {
	p := chrome.Open(t, site(t)+"/sound", 390)
	dir := filepath.Join(t.TempDir(), "shots")
	t.Setenv("PLAIT_SHOTS", "")
	p.Screenshot("Sound page")
	t.Setenv("PLAIT_SHOTS", dir)
	p.Screenshot("Sound page")
	buf, err := os.ReadFile(filepath.Join(dir, "sound-page.png"))
	if err != nil || !bytes.HasPrefix(buf, []byte("\x89PNG")) {
		t.Errorf("the picture: %.8q, %v", buf, err)
	}
}

func TestAMissingBrowserIsNamed(t *testing.T) {
	t.Setenv("PLAIT_CHROMIUM", "/nowhere/chromium")
	if _, err := Chromium(); err == nil || !strings.Contains(err.Error(), "PLAIT_CHROMIUM") {
		t.Errorf("Chromium: %v", err)
	}
	t.Setenv("PLAIT_TEST_WITHOUT", "postgres, chromium")
	t.Setenv("CI", "")
	if !leftOut() {
		t.Error("PLAIT_TEST_WITHOUT is not heard")
	}
	t.Setenv("CI", "true")
	if leftOut() {
		t.Error("with CI=true nothing may be left out")
	}
}
