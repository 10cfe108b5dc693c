package walk_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"plait/test/browser"
)

// holds asks a page again and again until a JavaScript expression holds.
func holds(t *testing.T, p *browser.Page, what, expression string) {
	t.Helper()
	for end := time.Now().Add(browser.PerStep); !browser.Eval[bool](p, "Boolean("+expression+")"); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not so at %s:\n%s", what, p.URL(), p.Text("main"))
		}
	}
}

// landed waits until the page at a path has loaded.
func landed(t *testing.T, p *browser.Page, part string) {
	t.Helper()
	for end := time.Now().Add(browser.PerStep); !strings.Contains(p.URL(), part); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never came to %s, still at %s:\n%s", part, p.URL(), p.Text("main"))
		}
	}
	p.Wait("main h1")
}

// noisyPhoto writes a JPEG of a phone's size that is hard to make smaller.
func noisyPhoto(t *testing.T, name string) string {
	t.Helper()
	r := rand.New(rand.NewPCG(4, 4))
	img := image.NewRGBA(image.Rect(0, 0, 2400, 1800))
	for i := range 2400 * 1800 {
		v := uint8(r.IntN(64))
		img.Set(i%2400, i/2400, color.RGBA{v + uint8(i%2400/16), v + uint8(i/2400/12), 128 + v, 255})
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 92}); err != nil {
		t.Fatal(err)
	}
	at := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(at, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return at
}

// silence writes a WAV file of some seconds.
func silence(t *testing.T, seconds int) string {
	t.Helper()
	n := 8000 * seconds
	b := []byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x40\x1f\x00\x00\x01\x00\x08\x00data\x00\x00\x00\x00")
	put := func(at, v int) { b[at], b[at+1], b[at+2], b[at+3] = byte(v), byte(v>>8), byte(v>>16), byte(v>>24) }
	b = append(b, bytes.Repeat([]byte{128}, n)...)
	put(4, len(b)-8)
	put(40, n)
	at := filepath.Join(t.TempDir(), "talk.wav")
	if err := os.WriteFile(at, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return at
}

const doing = `document.querySelector("[data-recorder]").dataset.now`

func TestRecordingInThePage(t *testing.T) {
	s := open(t)
	v := s.visitor().signIn(s.coach())
	p := v.window(t, "/evidence/"+s.Project+"/record", phone)
	p.Axe()
	p.NoSideScroll(320)
	p.Screenshot("media record asked")
	if p.Count("[data-recorder]:not([hidden])") != 0 {
		t.Error("the recorder is there before they have said yes")
	}
	p.Click("[data-yes]")
	p.Wait("[data-do=start]")
	p.Axe()
	p.Press("\r") // the focus is on the button
	holds(t, p, "it records", doing+` === "recording"`)
	holds(t, p, "the level moves", `document.querySelector("[data-meter]").value > 8`)
	holds(t, p, "time goes on", `document.querySelector("[data-clock]").textContent >= "0:02"`)
	p.Axe()
	p.NoSideScroll(320)
	p.Screenshot("media record going")
	p.Press("\r")
	holds(t, p, "it pauses", doing+` === "paused"`)
	stood := p.Text("[data-clock]")
	time.Sleep(1200 * time.Millisecond)
	if now := p.Text("[data-clock]"); now != stood {
		t.Errorf("time goes on in a pause: %s, then %s", stood, now)
	}
	p.Click("[data-do=on]")
	holds(t, p, "it goes on", doing+` === "recording"`)
	p.Click("[data-do=stop]")
	holds(t, p, "it can be listened to", `document.querySelector("[data-listen]").src.startsWith("blob:") && !document.querySelector("[data-listen]").hidden`)
	holds(t, p, "the browser can play it", `document.querySelector("[data-listen]").readyState >= 1`)
	p.Axe()
	p.Screenshot("media record listen")
	// The signal goes twice while it is sent.
	browser.Eval[bool](p, `(() => { const real = fetch; let cuts = 2; window.fetch = (at, how) => how?.method === "PUT" && cuts-- > 0 ? Promise.reject(new TypeError("no signal")) : real(at, how); return true })()`)
	p.Click("[data-do=keep]")
	landed(t, p, "/give?upload=")
	if !p.Reads("These files are here") {
		t.Errorf("the form does not show the recording:\n%s", p.Text("main"))
	}
	p.Axe()
	p.Screenshot("media record give")
	if status := p.Follow("button[value=one]"); status != http.StatusOK {
		t.Fatalf("saved: %d", status)
	}
	holds(t, p, "the recording plays from the server", `document.querySelector("audio").readyState >= 1 && document.querySelector("audio").duration > 1`)
	p.Axe()
	p.NoSideScroll(320)
	p.Screenshot("media see sound")
	// It is safe now: the device has no copy of it.
	p.Go(s.URL + "/evidence/" + s.Project + "/record")
	p.Click("[data-yes]")
	p.Wait("[data-do=start]")
	time.Sleep(300 * time.Millisecond)
	if now := browser.Eval[string](p, doing); now != "ready" {
		t.Errorf("after it was kept the recorder is %q", now)
	}

	// Typing with the keys of the player.
	p.Go(s.URL + "/evidence/" + s.Project)
	p.Follow(".pl-said__item a")
	p.Follow(`a[href$="/type"]`)
	p.Fill("#words", "The kerb")
	browser.Eval[bool](p, `(document.querySelector("[data-player]").muted = true)`)
	browser.Eval[bool](p, `document.dispatchEvent(new KeyboardEvent("keydown", {key: "F8", bubbles: true, cancelable: true})) || true`)
	holds(t, p, "F8 plays", `!document.querySelector("[data-player]").paused || document.querySelector("[data-player]").currentTime > 0`)
	p.Axe()
	p.NoSideScroll(320)
	p.Screenshot("media type")
	if status := p.Follow("form button[type=submit]"); status != http.StatusOK || !p.Reads("The kerb") {
		t.Errorf("typed: %d", status)
	}
}

func TestARecordingThatWasCutOff(t *testing.T) {
	s := open(t)
	v := s.visitor().signIn(s.coach())
	at := "/evidence/" + s.Project + "/record"
	p := v.window(t, at, phone)
	p.Click("[data-yes]")
	p.Click("[data-do=start]")
	holds(t, p, "time goes on", `document.querySelector("[data-clock]").textContent >= "0:01"`)
	p.Click("[data-do=pause]") // what is there goes to the device
	holds(t, p, "it pauses", doing+` === "paused"`)
	asks := `(() => { const e = new Event("beforeunload", {cancelable: true}); return !dispatchEvent(e) })()`
	if !browser.Eval[bool](p, asks) {
		t.Error("leaving is not warned of")
	}
	time.Sleep(300 * time.Millisecond)
	browser.Eval[bool](p, `(document.querySelector("[data-recorder]").dataset.leave = "yes", true)`) // as a phone that dies asks nobody
	p.Go(s.URL + "/evidence/" + s.Project)
	p.Go(s.URL + at)
	p.Click("[data-yes]")
	holds(t, p, "it is found again", doing+` === "done"`)
	if state := p.Text("[data-state]"); !strings.Contains(state, "cut off") {
		t.Errorf("it says %q", state)
	}
	holds(t, p, "it can be listened to", `document.querySelector("[data-listen]").readyState >= 1`)
	p.Screenshot("media record found")
	p.Click("[data-do=again]")
	p.Click("[data-do=again_sure]")
	holds(t, p, "it is gone", doing+` === "ready"`)
	if browser.Eval[bool](p, asks) {
		t.Error("leaving is warned of with nothing to lose")
	}
	// No microphone, and one that is not allowed.
	for name, want := range map[string]string{"NotAllowedError": "does not let this page use the microphone", "NotFoundError": "no microphone on this device"} {
		browser.Eval[bool](p, fmt.Sprintf(`(navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("no", %q)), true)`, name))
		p.Click("[data-do=start]")
		holds(t, p, name, doing+` === "ready" && document.querySelector("[data-state]").textContent.includes("choose a recording")`)
		if state := p.Text("[data-state]"); !strings.Contains(state, want) {
			t.Errorf("%s: it says %q", name, state)
		}
		browser.Eval[bool](p, `(document.querySelector("[data-state]").textContent = "", true)`)
	}
	p.Screenshot("media record refused")
}

func TestFilesWithoutAScript(t *testing.T) {
	s := open(t)
	v := s.visitor().signIn(s.coach())
	p := v.window(t, "/evidence/"+s.Project+"/record", phone, browser.WithoutJS)
	if p.Count("[data-recorder]:not([hidden]), [data-consent]:not([hidden])") != 0 {
		t.Error("a recorder is shown that cannot work")
	}
	p.Upload("#file", silence(t, 2))
	if status := p.Follow("form[data-record] button"); status != http.StatusOK || !p.Reads("These files are here") {
		t.Fatalf("sent: %d at %s:\n%s", status, p.URL(), p.Text("main"))
	}
	p.Upload("#file", noisyPhoto(t, "kerb.jpg"))
	p.Fill("#words", "")
	if status := p.Follow("button[value=one]"); status != http.StatusOK || p.Count("main img") != 1 || p.Count("main audio") != 1 {
		t.Fatalf("given: %d at %s:\n%s", status, p.URL(), p.Text("main"))
	}
	p.Follow(`a[href$="/describe"]`)
	p.Fill("#alt", "A kerb as high as a hand")
	if status := p.Follow("form button[type=submit]"); status != http.StatusOK || !p.Reads("A kerb as high as a hand") {
		t.Errorf("described: %d", status)
	}
}

func TestPhotosAreMadeSmallerInThePage(t *testing.T) {
	s := open(t)
	v := s.visitor().signIn(s.coach())
	p := v.window(t, "/evidence/"+s.Project+"/give", phone)
	at := noisyPhoto(t, "kerb.jpeg")
	info, err := os.Stat(at)
	if err != nil {
		t.Fatal(err)
	}
	p.Upload("#file", at, silence(t, 1))
	holds(t, p, "the photo is smaller", fmt.Sprintf(`document.querySelector("#file").files.length === 2 && document.querySelector("#file").files[0].size < %d`, info.Size()*2/3))
	size := browser.Eval[[]int](p, `createImageBitmap(document.querySelector("#file").files[0]).then(b => [b.width, b.height])`)
	if fmt.Sprint(size) != "[1600 1200]" {
		t.Errorf("it is %v", size)
	}
	p.Axe()
	p.NoSideScroll(320)
	p.Screenshot("media give")
	p.Click("button[value=one]")
	landed(t, p, "/said/")
	holds(t, p, "the picture is shown", `document.querySelector("main img").naturalWidth === 1600`)
	p.Axe()
	p.NoSideScroll(320)
	p.Screenshot("media see")
	one := p.URL()
	for name, part := range map[string]string{"describe": "/describe", "drop": "/drop", "caption": "/caption"} {
		p.Go(one)
		p.Follow(`a[href$="` + part + `"]`)
		p.Axe()
		p.NoSideScroll(320)
		if name != "caption" {
			p.TabWalk() // a player's own buttons are stops of its own that the walk cannot tell apart
		}
		p.Screenshot("media " + name)
	}
	p.Go(one)
	p.Follow(`a[href$="/add"]`)
	p.Axe()
	p.NoSideScroll(320)
	p.Screenshot("media add")
	p.Go(s.URL + "/evidence/" + s.Project)
	holds(t, p, "the small picture is shown", `document.querySelector(".pl-media-small img").naturalWidth === 320`)
	p.Axe()
	p.NoSideScroll(320)
	p.Screenshot("media list")
	if os.Getenv("PLAIT_SHOTS") != "" {
		w := v.window(t, strings.TrimPrefix(one, s.URL), laptop)
		w.Screenshot("media see wide")
		w.Go(s.URL + "/evidence/" + s.Project)
		w.Screenshot("media list wide")
		w.Go(s.URL + "/evidence/" + s.Project + "/record")
		w.Screenshot("media record wide")
		v.window(t, strings.TrimPrefix(one, s.URL), 794, browser.AsPrint).Screenshot("media see print")
	}
}

// TestALargeFileGoesAhead sends a film's size of bytes in chunks before its form, through a cut.
func TestALargeFileGoesAhead(t *testing.T) {
	s := open(t)
	v := s.visitor().signIn(s.coach())
	p := v.window(t, "/evidence/"+s.Project+"/give", phone)
	p.Upload("#file", silence(t, 700)) // 5.6 MB
	browser.Eval[bool](p, `(() => { const real = fetch; let n = 0; window.puts = 0; window.fetch = (at, how) => { if (how?.method === "PUT") { window.puts++; if (++n === 3) return real(at, how).then(() => { throw new TypeError("cut off before the answer came") }) } return real(at, how) }; return true })()`)
	p.Click("button[value=one]")
	landed(t, p, "/said/")
	if p.Count("main audio") != 1 || !p.Reads("12 minutes") {
		t.Errorf("kept as:\n%s", p.Text("main"))
	}
}
